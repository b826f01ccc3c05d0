"""Driving a batch: nothing is done twice, nothing is lost, what fails is told; with stand-ins for the market."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BatchPlan
from experiments.batch.drive import drive, missing_blocks
from experiments.batch.planned_status import standing_of
from experiments.batch.sealed_batch import open_batch
from experiments.batch.sealed_tables import seal
from experiments.runs.backends import Local, Serial
from experiments.runs.driver import Task
from experiments.runs.progress import Tally
from experiments.runs.run_folder import Shard
from experiments.runs.run_ledger import RunLedger
from experiments.runs.work import TooManyFailures
from sim.errors import InputErrors
from tests.experiments import batch_fakes as fake
from tests.experiments.batch_fixture import small_plan

ROOT = Path(__file__).resolve().parents[2]
SALTELLI = (("latin_hypercube", "saltelli"),)


def _started(tmp_path: Path, *changes: tuple[str, str]) -> tuple[BatchPlan, BatchFolder]:
    plan = small_plan(tmp_path, *changes)
    return plan, BatchFolder.start(tmp_path / "out", plan.design)


def _go(
    plan: BatchPlan, folder: BatchFolder, task: Task = fake.quick, shard: str | None = None, **settings: object
) -> Tally:
    return drive(plan, folder, Serial(), shard=Shard.parse(shard), task=task, **settings)  # type: ignore[arg-type]


def test_finished_runs_are_not_repeated(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path)
    first = _go(plan, folder)
    assert (first.done, first.reused, first.planned) == (20, 0, 20)
    before = folder.done()
    again = _go(plan, folder, fake.fail_in_future_two)
    assert (again.done, again.reused, again.failed) == (0, 20, 0)
    assert folder.done() == before


def test_failures_are_recorded_with_a_command_and_tried_again_on_demand(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path)
    tally = _go(plan, folder, fake.fail_in_future_two)
    assert (tally.done, tally.failed) == (18, 2)
    failure = folder.failures()[0]
    assert failure.message == "future 2 is bleak"
    assert "fail_in_future_two" in failure.traceback
    assert failure.replay.startswith("deepmarket run tiny --policy deep_marketing --seed 1 --weeks 4 --set params.")
    assert _go(plan, folder).failed == 2, "failed runs are not tried again by themselves"
    tally = _go(plan, folder, retry=True)
    assert (tally.done, tally.failed, folder.failures()) == (2, 0, [])


def test_a_batch_stops_when_too_many_fail(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path)
    with pytest.raises(TooManyFailures):
        _go(plan, folder, fake.fail_in_future_two, max_failures=0)
    assert len(folder.failures()) == 1
    assert folder.done(), "what had ended is kept"


def test_shards_share_the_work_and_their_ledgers_are_one_batch(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path)
    counts = [_go(plan, folder, shard=f"{k}/3").done for k in (1, 2, 3)]
    assert counts == [7, 7, 6]
    assert len(folder.ledgers()) == 3
    assert standing_of(plan, folder).done == 20
    assert _go(plan, folder).reused == 20, "the driver of the whole finds what shards have done"
    seal(plan, folder)
    whole = tmp_path / "whole"
    other = BatchFolder.start(whole, plan.design)
    _go(plan, other)
    seal(plan, other)
    for name in ("runs", "futures", "policies", "definitions", "failures"):
        assert (folder.path / f"{name}.parquet").read_bytes() == (whole / f"{name}.parquet").read_bytes()


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "a/b", "1/0"])
def test_a_wrong_shard_is_refused(text: str) -> None:
    with pytest.raises(InputErrors, match="--shard"):
        Shard.parse(text)


def test_two_drivers_do_not_share_a_ledger(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path)
    with folder.driving(Shard()), pytest.raises(InputErrors, match="another driver"):
        _go(plan, folder)
    assert _go(plan, folder).done == 20


def test_a_folder_holds_one_design(tmp_path: Path) -> None:
    _, folder = _started(tmp_path)
    other = small_plan(tmp_path, ("size = 5", "size = 6"))
    with pytest.raises(InputErrors, match="another design"):
        BatchFolder.start(folder.path, other.design)


def test_a_run_that_kills_its_worker_is_crashed_and_the_rest_finishes(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path)
    tally = drive(plan, folder, Local(2), task=fake.die_in_future_two)
    assert (tally.done, tally.failed) == (18, 2)
    assert {failure.kind for failure in folder.failures()} == {"crashed"}
    assert "died 3 times" in folder.failures()[0].message


def test_a_run_that_hangs_is_ended_and_the_rest_finishes(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path, ("weeks = 4", "weeks = 4\ntimeout = 0.5"))
    tally = drive(plan, folder, Local(2), task=fake.hang_in_future_two)
    assert (tally.done, tally.failed) == (19, 1)
    failure = folder.failures()[0]
    assert failure.kind == "timeout"
    assert "0.5 s" in failure.message


def test_a_real_run_looks_at_its_time_every_week(tmp_path: Path) -> None:
    from experiments.runs.worker import TimeUp, simulate

    plan, _ = _started(tmp_path, ("weeks = 4", "weeks = 4000\ntimeout = 0.1"))
    with pytest.raises(TimeUp, match="of 4000 weeks were done"):
        simulate(next(plan.runs()))


def test_an_edited_scenario_stops_its_runs(tmp_path: Path) -> None:
    from experiments.runs.worker import simulate

    market = tmp_path / "mine.toml"
    market.write_text('extends = "tiny"\nname = "mine"\n', encoding="utf-8")
    plan, _ = _started(tmp_path, ('scenario = "tiny"', 'scenario = "mine.toml"'))
    market.write_text('extends = "tiny"\nname = "mine"\nworld.customers = 500\n', encoding="utf-8")
    with pytest.raises(InputErrors, match="edited after the runs were planned"):
        simulate(next(plan.runs()))


def test_spoilt_blocks_are_replaced_and_stay_replaced(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path, *SALTELLI)
    assert len(plan.futures) == 5 * 4
    tally = _go(plan, folder, fake.fail_in_future_two)
    assert tally.refilled == 1
    assert missing_blocks(plan, folder) == 1, "the first block is not whole"
    again = _go(plan, folder)
    assert (again.done, again.refilled) == (0, 1), "a resumed batch knows its replacements"
    seal(plan, folder)
    batch = open_batch(folder.path)
    assert batch.futures["block"].nunique() == 6
    assert set(batch.runs(future=[20, 21, 22, 23])["future"]) == {20, 21, 22, 23}


def test_replacements_end_when_everything_fails(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path, *SALTELLI)
    tally = _go(plan, folder, _fail)
    assert tally.done == 0
    assert tally.refilled <= 5
    assert "blocks are not whole" in tally.notes[0]


def _fail(run: object) -> object:
    raise ValueError("no")


def test_a_done_run_is_never_written_again(tmp_path: Path) -> None:
    plan, _ = _started(tmp_path)
    run = next(plan.runs())
    with RunLedger(tmp_path / "l.sqlite") as ledger:
        ledger.put_done(run, fake.quick(run))
        before = ledger.done()
        with pytest.raises(sqlite3.IntegrityError):
            ledger.put_done(run, fake.quick(run))
        assert ledger.done() == before
        found = ledger.numbers_of(run.identity)
        assert found is not None
        assert found.same(fake.quick(run))


def test_who_looks_on_while_a_driver_writes_sees_whole_moments(tmp_path: Path) -> None:
    plan, _ = _started(tmp_path, ("size = 5", "size = 100"))
    runs, file = list(plan.runs()), tmp_path / "l.sqlite"
    with RunLedger(file):
        pass

    def write() -> None:
        with RunLedger(file) as ledger:
            for run in runs:
                ledger.put_done(run, fake.quick(run))
                time.sleep(0.002)  # so that somebody can look

    writer = threading.Thread(target=write)
    writer.start()
    looks = [0]
    with RunLedger(file, readonly=True) as ledger:
        while writer.is_alive():
            looks.append(len(ledger.done()))
            assert len(list(ledger.values("kpis"))) >= looks[-1]
    writer.join()
    assert looks == sorted(looks) and len(set(looks) - {0, len(runs)}) > 0


def test_ctrl_c_ends_soon_and_keeps_what_has_ended(tmp_path: Path) -> None:
    """The driver is a process of its own, as a user's is; SIGINT goes to it alone."""
    driver = _driver(tmp_path, "wait_for_ever")
    _wait_for(lambda: len(list(tmp_path.glob("started-[1-9]*"))) >= 2 and _acknowledged(tmp_path) >= 2)
    started = time.monotonic()
    driver.send_signal(signal.SIGINT)
    assert driver.wait(timeout=20) == 130
    assert time.monotonic() - started < 10.0
    assert _acknowledged(tmp_path) == 2
    _wait_for(lambda: not any(_alive(int(mark.name.split("-")[-1])) for mark in tmp_path.glob("started-*")))


def test_a_killed_batch_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Kill -9 of driver and workers five times in 200 runs; a worker alone once more."""
    text = (("size = 5", "size = 50"),)
    marks = tmp_path / "marks"
    marks.mkdir()
    acknowledged: dict[str, tuple[float, float]] = {}
    pauses = [0.05, 0.9, 0.35, 0.6, 0.2]
    for pause in pauses:
        driver = _driver(tmp_path, "a_little", *text, marks=marks)
        seen = len(acknowledged)
        _wait_for(lambda seen=seen: _acknowledged(tmp_path) > seen)  # type: ignore[misc]
        time.sleep(pause)
        workers = _children(driver.pid)
        for pid in (driver.pid, *workers):
            os.kill(pid, signal.SIGKILL)
        driver.wait()
        now = BatchFolder(tmp_path / "out").done()
        assert len(now) < 200, "killed before the end"
        assert acknowledged.items() <= now.items(), "an acknowledged run is there, as it was"
        acknowledged = now
    driver = _driver(tmp_path, "a_little", *text, marks=marks)
    _wait_for(lambda: _acknowledged(tmp_path) > len(acknowledged) + 5)
    os.kill(_children(driver.pid)[0], signal.SIGKILL)
    assert driver.wait(timeout=120) == 0
    now = BatchFolder(tmp_path / "out").done()
    assert len(now) == 200
    assert acknowledged.items() <= now.items()
    _same_tables(tmp_path, *text)


def _same_tables(tmp_path: Path, *changes: tuple[str, str]) -> None:
    plan = small_plan(tmp_path, *changes)
    killed = BatchFolder.find(tmp_path / "out")
    seal(plan, killed)
    left_alone = BatchFolder.start(tmp_path / "alone", plan.design)
    _go(plan, left_alone)
    seal(plan, left_alone)
    for name in ("runs", "futures", "policies", "definitions", "failures"):
        assert (killed.path / f"{name}.parquet").read_bytes() == (left_alone.path / f"{name}.parquet").read_bytes()
    assert len(pd.read_parquet(killed.path / "runs.parquet")) == 200


def test_a_killed_worker_costs_no_run(tmp_path: Path) -> None:
    plan, folder = _started(tmp_path, ("size = 5", "size = 20"))
    marks = tmp_path / "marks"
    marks.mkdir()
    os.environ[fake.MARKS] = str(marks)
    backend = Local(2)
    killer = threading.Thread(target=_kill_one_worker, args=(folder,), daemon=True)
    try:
        killer.start()
        tally = drive(plan, folder, backend, task=fake.a_little)
    finally:
        del os.environ[fake.MARKS]
    killer.join(timeout=30)
    assert (tally.done, tally.failed) == (80, 0)
    assert len(list(marks.iterdir())) > 80, "a worker was killed with runs under way"


def _kill_one_worker(folder: BatchFolder) -> None:
    _wait_for(lambda: len(folder.done()) > 10)
    os.kill(_children(os.getpid())[-1], signal.SIGKILL)


def _driver(tmp_path: Path, task: str, *changes: tuple[str, str], marks: Path | None = None) -> subprocess.Popen[bytes]:
    """A driver of its own, on two workers."""
    # Workers import this script too: what only the driver needs stays below the `if`.
    code = (
        "if __name__ == '__main__':\n"
        "    import sys; from pathlib import Path\n"
        "    from experiments.runs.backends import Local; from experiments.batch.drive import drive\n"
        "    from experiments.batch.batch_folder import BatchFolder\n"
        "    from tests.experiments import batch_fakes as fake\n"
        "    from tests.experiments.batch_fixture import small_plan\n"
        f"    plan = small_plan(Path({str(tmp_path)!r}), *{changes!r})\n"
        f"    folder = BatchFolder.start(Path({str(tmp_path / 'out')!r}), plan.design)\n"
        "    try:\n"
        f"        drive(plan, folder, Local(2), task=fake.{task})\n"
        "    except KeyboardInterrupt:\n"
        "        sys.exit(130)\n"
    )
    script = tmp_path / "drive.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), fake.MARKS: str(marks or tmp_path)}
    return subprocess.Popen([sys.executable, str(script)], env=environment, start_new_session=True)


def _acknowledged(tmp_path: Path) -> int:
    out = tmp_path / "out"
    return len(BatchFolder(out).done()) if out.is_dir() else 0


def _wait_for(holds: object, most: float = 60.0) -> None:
    end = time.monotonic() + most
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    """Worker processes started by ``pid`` (without the helper that multiprocessing starts for itself)."""
    import psutil

    found = psutil.Process(pid).children()
    return [child.pid for child in found if any("spawn_main" in part for part in child.cmdline())]


def _alive(pid: int) -> bool:
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
