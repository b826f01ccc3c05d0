"""The driver: same results on every backend, and nothing is lost when runs fail, workers die or the user stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from experiments.runs.backends import Backend, Local, Serial, choose_backend, local
from experiments.runs.driver import Driver, Task
from experiments.runs.numbers import Numbers
from experiments.runs.result import Done, Failed, Result
from experiments.runs.run import Run
from experiments.runs.run_folder import RunFolder
from tests.experiments import fake_runs as fake

ROOT = Path(__file__).resolve().parents[2]


def carry_out(backend: Backend, task: Task, jobs: list[Run]) -> dict[int, Result]:
    """Results by seed; a job that is answered twice is an error."""
    with Driver(backend, task) as driver:
        results = list(driver.run(jobs))
    by_seed = {result.job.seed: result for result in results}
    assert len(by_seed) == len(results)
    return by_seed


def contribution(result: Result) -> float:
    """The deciding figure of a run that ended well."""
    assert isinstance(result, Done), result
    return result.output.kpis()["contribution"]


def test_all_backends_give_the_same_results() -> None:
    jobs = fake.make_runs(range(1, 8))
    alone = carry_out(Serial(), fake.quick, jobs)
    pooled = carry_out(Local(2), fake.quick, jobs)
    assert {s: contribution(r) for s, r in alone.items()} == {s: contribution(r) for s, r in pooled.items()}
    assert len(pooled) == 7


def test_workers_stay_for_the_next_batch() -> None:
    with Driver(Local(2), fake.quick) as driver:
        first = list(driver.run(fake.make_runs(range(3))))
        executor = driver._executor
        second = list(driver.run(fake.make_runs(range(3, 6))))
        assert driver._executor is executor
    assert len(first) == len(second) == 3


@pytest.mark.parametrize("backend", [Serial(), Local(2)], ids=["serial", "local"])
def test_a_run_that_raises_is_recorded_and_the_others_go_on(backend: Backend) -> None:
    jobs = [fake.make_run(seed, "deep_marketing") for seed in range(1, 7)]
    results = carry_out(backend, fake.fail_on_three, jobs)
    failed = [result for result in results.values() if isinstance(result, Failed)]
    assert [f.job.seed for f in failed] == [3]
    assert failed[0].message == "seed 3 is unlucky"
    assert "fail_on_three" in failed[0].traceback
    assert failed[0].job.replay == "deepmarket run tiny --policy deep_marketing --seed 3"
    assert len(results) == 6


def test_an_error_or_a_result_that_cannot_be_sent_is_a_failure_like_others() -> None:
    errors = carry_out(Local(2), fake.fail_always, fake.make_runs(range(2)))
    assert all(isinstance(r, Failed) and "_Stubborn" in r.message for r in errors.values())
    results = carry_out(Local(2), fake.unsendable, fake.make_runs(range(2)))
    assert all(isinstance(r, Failed) and r.kind == "error" for r in results.values())


def test_a_worker_that_dies_costs_no_run(tmp_path: Path) -> None:
    results = carry_out(Local(2), fake.die_once, fake.make_runs(range(1, 11), folder=str(tmp_path)))
    assert sorted(results) == list(range(1, 11))
    assert all(isinstance(result, Done) for result in results.values())
    assert len(list(tmp_path.glob("tried-*"))) == 2


def test_a_run_that_always_kills_its_worker_is_given_up_alone() -> None:
    results = carry_out(Local(2), fake.die_on_three, fake.make_runs(range(1, 8)))
    crashed = results.pop(3)
    assert isinstance(crashed, Failed)
    assert crashed.kind == "crashed"
    assert all(isinstance(result, Done) for result in results.values())
    assert len(results) == 6


def test_every_worker_has_one_thread_and_this_process_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    results = carry_out(Local(2), fake.tell_threads, fake.make_runs(range(2)))
    for result in results.values():
        assert isinstance(result, Done)
        assert list(result.output.kpis().values()) == [1.0, 1.0, 1.0]
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "DEEPMARKET_THREADS" not in os.environ


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system cannot block signals")
def test_workers_are_deaf_to_ctrl_c_from_the_start_and_this_process_is_not() -> None:
    for result in carry_out(Local(2), fake.tell_deafness, fake.make_runs(range(2))).values():
        assert isinstance(result, Done)
        assert result.output.seconds == 1.0
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system cannot block signals")
def test_ctrl_c_that_another_thread_catches_is_answered_after_workers_have_started() -> None:
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background
    release = threading.Event()
    other = threading.Thread(target=release.wait)
    other.start()
    passed = []
    try:
        with pytest.raises(KeyboardInterrupt), local.interrupts_after():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
            passed.append("the other thread has caught it")
    finally:
        release.set()
        other.join()
        answer = signal.signal(signal.SIGINT, ours)
    assert passed
    assert answer is signal.default_int_handler


def test_one_worker_or_one_job_needs_no_pool() -> None:
    assert isinstance(choose_backend(1, 40), Serial)
    assert isinstance(choose_backend(8, 1), Serial)
    assert choose_backend(3, 40).slots == 3
    assert choose_backend(8, 2).slots == 2


_SCRIPT = """
import signal
import sys
from pathlib import Path
from experiments.runs.backends import Local
from experiments.runs.run_folder import RunFolder
from experiments.runs.work import at_work
from tests.experiments import fake_runs as fake

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts tests in the background ignores it
    runs = fake.make_runs(range(1, 20), folder=sys.argv[1])
    try:
        with at_work(RunFolder(Path(sys.argv[1])), Local(2), task=fake.slow) as work:
            work.do(runs)
    except KeyboardInterrupt:
        print("stopped by the user")
        sys.exit(130)
"""


def start_batch(folder: Path) -> subprocess.Popen[str]:
    """A driver in a process, and a process group, of its own."""
    script = folder / "batch.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def start_slow_batch(folder: Path) -> subprocess.Popen[str]:
    """As :func:`start_batch`, once its workers are at the runs that take for ever."""
    driver = start_batch(folder)
    until(lambda: len(workers_of(folder)) == 2 and len(RunFolder(folder).done()) == 4)
    return driver


def kept_whole(folder: Path) -> bool:
    """Whether the first four runs, and no other, are kept as they were written."""
    found = RunFolder(folder)
    kept = [found.numbers_of(run.identity) for run in fake.make_runs(range(1, 5))]
    return len(found.done()) == 4 and all(numbers is not None for numbers in kept)


def workers_of(folder: Path) -> list[int]:
    """Process ids of the workers that are at a run that takes for ever."""
    return [int(mark.name.removeprefix("pid-")) for mark in folder.glob("pid-*")]


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds; fails when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    """Whether no such process is left, but perhaps its entry for a parent that will not look."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state == "Z"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
class TestStopping:
    """What is left when a batch is stopped from outside."""

    def test_an_interrupt_ends_at_once_cleanly_and_keeps_what_was_done(self, tmp_path: Path) -> None:
        driver = start_slow_batch(tmp_path)
        started = time.monotonic()
        os.killpg(driver.pid, signal.SIGINT)
        out, err = driver.communicate(timeout=10)
        assert time.monotonic() - started < 10
        assert (driver.returncode, out, err) == (130, "stopped by the user\n", "")
        until(lambda: all(is_gone(pid) for pid in workers_of(tmp_path)), 5.0)
        assert kept_whole(tmp_path)

    def test_an_interrupt_while_workers_start_is_as_clean(self, tmp_path: Path) -> None:
        driver = start_batch(tmp_path)
        children = Path(f"/proc/{driver.pid}/task/{driver.pid}/children")
        # two workers, and the tracker of resources that comes before them
        until(lambda: len(children.read_text(encoding="ascii").split()) >= 3)
        os.killpg(driver.pid, signal.SIGINT)
        out, err = driver.communicate(timeout=10)
        assert (driver.returncode, out, err) == (130, "stopped by the user\n", "")

    def test_workers_do_not_outlive_a_driver_that_is_killed(self, tmp_path: Path) -> None:
        driver = start_slow_batch(tmp_path)
        driver.kill()
        driver.communicate(timeout=10)
        until(lambda: all(is_gone(pid) for pid in workers_of(tmp_path)), 10.0)
        assert kept_whole(tmp_path)


class _Threads:
    """A backend of two threads, so that a test can hold a run back."""

    name = "threads"
    slots = ahead = 2

    def open(self, slots: int) -> Executor:
        return ThreadPoolExecutor(slots)

    def stop(self, executor: Executor) -> None:
        executor.shutdown(wait=False, cancel_futures=True)

    def is_death(self, error: BaseException) -> bool:
        return False

    def breaks(self, error: BaseException) -> bool:
        return False

    def close(self) -> None:
        pass


def test_what_ends_while_the_user_stops_is_handed_out_before_the_end() -> None:
    """Seed 2 ends between the last look and the stop; it is not lost."""
    go_on, ended, looks = threading.Event(), threading.Event(), []

    def held(run: Run) -> Numbers:
        if run.seed == 2:
            go_on.wait(10)
            threading.Timer(0.1, ended.set).start()
        return fake.quick(run)

    def stopping() -> bool:
        looks.append(1)
        if len(looks) == 1:
            return False
        go_on.set()
        ended.wait(10)
        return True

    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt), Driver(_Threads(), held, stopping=stopping) as driver:
        for result in driver.run(fake.make_runs((1, 2))):
            seen.append(result.job.seed)
    assert seen == [1, 2]
