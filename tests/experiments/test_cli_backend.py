"""`--backend` at the command line: mistakes, losses and what `doctor` finds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.cli.doctor_backend import _worker, examine_backend
from experiments.comparison import paired_runs
from experiments.runs.backends import BackendLost
from experiments.runs.backends.dask_cluster import refuse_unfit
from experiments.runs.backends.fitness import Seen, look_here, run_if_fit, seen
from experiments.runs.identity import versions
from sim.errors import InputErrors
from tests.experiments.dask_fixture import ROOT, outside


def call(*arguments: str, code: int = 0) -> tuple[str, str]:
    """Standard output and error of a command that must end with ``code``, without a traceback."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, f"{result.exit_code}: {result.output}"
    assert "Traceback" not in result.output
    return result.stdout, " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("verb", [("compare", "tiny", "status_quo", "status_quo"), ("elasticity", "tiny"), ("doctor",)])
def test_a_backend_that_does_not_exist_is_bad_input(verb: tuple[str, ...]) -> None:
    _, err = call(*verb, "--backend", "clowd", code=2)
    assert "--backend clowd: is no backend expected: local, serial, dask, dask:tcp://HOST:PORT" in err


def test_a_lost_cluster_says_what_happened_what_is_kept_and_what_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise BackendLost("the connection to the scheduler is lost", "start it again")

    monkeypatch.setattr(paired_runs, "compare", lost)
    monkeypatch.setattr(sys, "argv", ["deepmarket", "compare", "my market", "status_quo"])
    _, err = call("compare", "tiny", "status_quo", "status_quo", code=3)
    assert "the connection to the scheduler is lost To fix it: start it again" in err
    assert "Runs that ended are kept; the same command resumes from there." in err
    assert "The command was: deepmarket compare 'my market' status_quo" in err


def test_doctor_looks_at_local_backends_too() -> None:
    found = json.loads(call("doctor", "--backend", "local", "--workers", "2", "--json")[0])
    by_name = {finding["name"]: finding for finding in found}
    assert by_name["backend"]["told"] == "local: 2 runs at a time"
    assert "one thread" in by_name["worker of this machine"]["told"]
    assert [f.answer for f in examine_backend("serial", None)] == ["serial: 1 run at a time"]


@pytest.mark.slow
def test_doctor_shows_every_process_of_a_cluster_and_fails_when_none_is_there(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with outside(tmp_path, workers=1) as cluster:
        found = json.loads(call("doctor", "--backend", f"dask:{cluster.address}", "--json")[0])
        told = {finding["name"]: finding["told"] for finding in found}
        workers = [name for name in told if name.startswith("worker tcp://")]
        assert len(workers) == 1
        assert "one thread" in told[workers[0]]
        assert versions()["source"] in told[f"scheduler {cluster.address}"]
        assert told["round trip"].endswith("ms for an empty run")
        gone = cluster.address
    _, *_, last = json.loads(call("doctor", "--backend", f"dask:{gone}", "--json", code=1)[0])
    assert "no scheduler answers there" in last["told"]


def test_what_makes_a_worker_unfit() -> None:
    ours = versions()
    fit = {"versions": ours, "threads": {"kernels": 1}, "nanny": True, "memory_limit": 2**31}
    assert _worker(Seen("worker", "w", fit), ours, True).answer.endswith("one thread, 2.0 GiB of memory")
    other = Seen("worker", "w", fit | {"versions": {**ours, "numpy": "1.0", "python": "3.1.4"}})
    told = other.version_problems(ours)
    assert [problem.split(":")[0] for problem in told] == ["python", "numpy"]
    patch = Seen(
        "worker", "w", fit | {"versions": {**ours, "python": ".".join([*ours["python"].split(".")[:2], "99"])}}
    )
    assert patch.version_problems(ours) == []
    refuse_unfit([patch], "tcp://h:1")
    broken = Seen("worker", "w", {}, "Deepmarket cannot be loaded: ModuleNotFoundError: sim")
    silent = seen("worker", "x", TimeoutError("no answer"))
    with pytest.raises(InputErrors) as caught:
        refuse_unfit([broken, silent, other], "tcp://h:1")
    assert [mistake.place for mistake in caught.value.errors] == [f"--backend: worker {w}" for w in "wxw"]
    assert not _worker(Seen("worker", "w", fit | {"nanny": False}), ours, False).well


def test_runs_see_the_folder_that_the_user_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.runs.backends.fitness._unfit", lambda ours: "")
    before = Path.cwd()
    assert run_if_fit((), str(tmp_path), Path.cwd, ()) == tmp_path
    assert run_if_fit((), str(tmp_path / "not there"), Path.cwd, ()) == before == Path.cwd()


def test_nothing_of_dask_is_loaded_unless_it_is_asked_for() -> None:
    code = (
        "import sys; from experiments.runs.backends import parse_backend; import experiments.cli.app, experiments.comparison.paired_runs;"
        "parse_backend('local', 2, 4); print(sorted({'distributed', 'dask', 'dask_jobqueue'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_look_counts_threads_and_versions() -> None:
    found = look_here()
    assert found["versions"] == versions()
    assert set(found["threads"]) == {"kernels", "numba", "linear algebra"}
