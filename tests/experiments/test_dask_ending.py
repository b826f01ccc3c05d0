"""Dask clusters that we start: Slurm jobs by a stand-in for Slurm, and how all of it ends on Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from experiments.runs.backends import BackendLost, dask_cluster, parse_backend, slurm
from experiments.runs.backends.dask_cluster import Dask
from experiments.runs.driver import Driver
from experiments.runs.result import Done
from sim.errors import InputErrors
from tests.experiments import fake_runs as fake
from tests.experiments.dask_fixture import ROOT, outside, until

pytest.importorskip("distributed")
pytest.importorskip("dask_jobqueue")

#: Runs the job in the background, as a process group whose number is the job's.
_SBATCH = """#!/usr/bin/env bash
here="$(dirname "$0")"
cp "$1" "$here/job-$$.sh"
setsid bash "$here/job-$$.sh" > "$here/job-$$.log" 2>&1 &
echo $! >> "$here/jobs"
echo "Submitted batch job $!"
"""
_SCANCEL = """#!/usr/bin/env bash
kill -TERM -- "-$1"
echo "$1" >> "$(dirname "$0")/cancelled"
"""


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with stand-ins for Slurm's commands; they note which jobs they start and end."""
    folder = tmp_path / "slurm"
    folder.mkdir()
    for name, text in (("sbatch", _SBATCH), ("scancel", _SCANCEL)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return folder


@pytest.mark.slow
def test_runs_are_done_by_jobs_of_slurm_and_the_jobs_are_cancelled_at_the_end(commands: Path) -> None:
    import dask

    settings = {"jobqueue.slurm.memory": "1GB", "jobqueue.slurm.interface": "lo"}
    with dask.config.set(settings), Driver(parse_backend("slurm", 2, 20), fake.tell_threads) as driver:
        results = list(driver.run(fake.make_runs(range(20))))
    assert len(results) == 20
    for result in results:
        assert isinstance(result, Done), result
        assert list(result.output.kpis().values()) == [1.0, 1.0, 1.0]
    jobs = (commands / "jobs").read_text(encoding="utf-8").split()
    assert len(jobs) == 2
    assert sorted((commands / "cancelled").read_text(encoding="utf-8").split()) == sorted(jobs)
    until(lambda: all(is_gone(int(job)) for job in jobs))


def test_settings_of_slurm_that_cannot_do_are_told_before_a_job_is_handed_in(
    commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given, told in (
        ({}, "memory is not set; expected memory per job, for instance 4GB"),
        ({"memory": "1GB", "cores": 8, "processes": 2}, "8 cores and 2 processes per job"),
    ):
        with pytest.raises(InputErrors, match=told):
            slurm._slurm_settings(given)
    settings = slurm._slurm_settings({"memory": "1GB", "cores": 8, "job-script-prologue": ["module load x"]})
    assert settings["processes"] == 8
    assert settings["job_script_prologue"][0] == "export DEEPMARKET_THREADS=1"
    assert settings["job_script_prologue"][-1] == "module load x"
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputErrors, match="there is no command sbatch here"):
        slurm._slurm_settings({"memory": "1GB"})
    assert not (commands / "jobs").exists()


@pytest.mark.slow
def test_jobs_that_slurm_refuses_are_told_in_its_own_words(commands: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import dask

    (commands / "sbatch").write_text("#!/bin/sh\necho 'sbatch: error: invalid account' >&2\nexit 1\n", encoding="utf-8")
    with (
        dask.config.set({"jobqueue.slurm.memory": "1GB"}),
        pytest.raises(BackendLost, match="sbatch refuses the jobs: sbatch: error: invalid account"),
        Driver(parse_backend("slurm", 2, 20), fake.quick) as driver,
    ):
        list(driver.run(fake.make_runs(range(2))))
    assert capfd.readouterr().err == ""


_SCRIPT = """
import signal
import sys
from experiments.runs.backends import parse_backend
from experiments.runs.driver import Driver
from tests.experiments import fake_runs as fake

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts tests in the background ignores it
    ended = 0
    try:
        with Driver(parse_backend(sys.argv[2], 2, 20), fake.slow) as driver:
            for _ in driver.run(fake.make_runs(range(1, 20), folder=sys.argv[1])):
                ended += 1
    except KeyboardInterrupt:
        print(f"stopped by the user after {ended}")
        sys.exit(130)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("whose", ["ours", "of others"])
def test_an_interrupt_ends_within_ten_seconds_and_takes_only_a_cluster_of_ours_along(
    whose: str, tmp_path: Path
) -> None:
    script = tmp_path / "batch.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    with outside(tmp_path) as cluster:
        if whose == "of others":
            cluster.add_workers(2)
        spec = "dask" if whose == "ours" else f"dask:{cluster.address}"
        driver = subprocess.Popen(
            [sys.executable, str(script), str(tmp_path), spec],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        until(lambda: len(list(tmp_path.glob("pid-*"))) == 2, 90.0)
        started = time.monotonic()
        os.killpg(driver.pid, signal.SIGINT)
        out, err = driver.communicate(timeout=20)
        assert time.monotonic() - started < 10
        assert (driver.returncode, out[:20], err) == (130, "stopped by the user ", "")
        workers = [int(mark.name.removeprefix("pid-")) for mark in tmp_path.glob("pid-*")]
        if whose == "ours":
            until(lambda: all(is_gone(pid) for pid in workers), 5.0)
        else:
            assert not any(is_gone(pid) for pid in workers)


def is_gone(pid: int) -> bool:
    """Whether no such process is left, but perhaps its entry for a parent that will not look."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state == "Z"


@pytest.mark.parametrize("status", ["running", "closed"])
def test_a_cluster_that_loses_its_workers_or_its_scheduler_is_given_up(
    status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody() -> dict[str, int]:
        return {}

    given_up: list[str] = []
    backend = Dask(SimpleNamespace(name="the cluster"), None, patience=0.05)  # type: ignore[arg-type]
    monkeypatch.setattr(dask_cluster, "COUNTING", 0.02)
    monkeypatch.setattr(Dask, "address", "tcp://nowhere")
    monkeypatch.setattr(backend, "_give_up", lambda: given_up.append(status))
    client = SimpleNamespace(status=status, scheduler=SimpleNamespace(ncores_running=nobody))
    backend._client = client
    asyncio.run(asyncio.wait_for(backend._watch(client), 5.0))
    assert given_up == [status]
    assert ("no workers" in str(backend._why_lost())) == (status == "running")
