"""Workers that die before they begin, drivers beside each other, and what dead ones leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.drive import drive
from experiments.runs.backends import BackendLost, Serial
from experiments.runs.backends.clusters import scratch_folder
from experiments.runs.backends.local import Local
from experiments.runs.driver import STARTS, Driver
from experiments.runs.numbers import Numbers
from experiments.runs.result import Done
from experiments.runs.run import Run
from experiments.runs.run_folder import Shard
from sim.errors import InputErrors
from tests.experiments import batch_fakes as fake
from tests.experiments import deadly_start
from tests.experiments.batch_fixture import small_plan


def _runs(tmp_path: Path, count: int) -> list[Run]:
    return list(small_plan(tmp_path).runs())[:count]


def test_a_worker_that_dies_while_it_starts_counts_against_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake.MARKS, str(tmp_path))
    monkeypatch.setenv("DEEPMARKET_TEST_DEATHS", "5")
    with Driver[Run, Numbers](Local(2), deadly_start.quick) as driver:
        found = list(driver.run(_runs(tmp_path, 4)))
    assert [type(result) for result in found] == [Done] * 4
    assert len(list(tmp_path.glob("died-*"))) >= 5


def test_workers_that_never_start_end_the_batch_and_fail_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake.MARKS, str(tmp_path))
    monkeypatch.setenv("DEEPMARKET_TEST_DEATHS", "1000")
    monkeypatch.setattr("experiments.runs.driver.STARTS", 2)
    with (
        pytest.raises(BackendLost, match="while they started"),
        Driver[Run, Numbers](Local(2), deadly_start.quick) as driver,
    ):
        list(driver.run(_runs(tmp_path, 3)))
    assert STARTS > 2


@pytest.mark.parametrize(
    ("at_work", "comes", "refused"),
    [
        (None, "1/2", True),
        ("1/2", None, True),
        ("1/2", "2/2", False),
        ("1/2", "1/2", True),
        ("1/2", "2/3", True),
        (None, None, True),
    ],
)
def test_no_run_is_done_by_two_drivers_at_once(
    at_work: str | None, comes: str | None, refused: bool, tmp_path: Path
) -> None:
    plan = small_plan(tmp_path)
    folder = BatchFolder.start(tmp_path / "out", plan.design)
    started: list[str] = []

    def task(run: Run) -> Numbers:
        started.append(run.identity)
        return fake.quick(run)

    with folder.driving(Shard.parse(at_work)):
        try:
            drive(plan, folder, Serial(), task=task, shard=Shard.parse(comes))
        except InputErrors as error:
            assert refused
            assert "another driver is at work" in str(error)
            assert started == []
        else:
            assert not refused
            assert len(started) == 10
    drive(plan, folder, Serial(), task=task)  # whoever had the folder is gone
    assert len(started) == len(set(started)) == 20


def test_scratch_folders_of_killed_drivers_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as ours:
        name = Path(ours).name
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        left = tmp_path / name.replace(f"-{os.getpid()}-", f"-{dead.pid}-")
        (left / "dask-scratch-space").mkdir(parents=True)
        with scratch_folder():
            assert Path(ours).is_dir()
            assert not left.exists()
    assert list(tmp_path.iterdir()) == []
