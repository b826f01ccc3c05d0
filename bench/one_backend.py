"""One backend in a process of its own: ``python -m bench.one_backend SPEC WORKERS`` prints what it costs as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.runs.backends import parse_backend
from experiments.runs.driver import Driver
from experiments.runs.result import Done

EMPTY_RUNS, LONG_RUNS, SECONDS = 300, 48, 0.5


@dataclass(frozen=True)
class Turn:
    """A job that is nothing but its number."""

    number: int

    @property
    def name(self) -> str:
        """The number in words."""
        return f"run {self.number}"

    @property
    def replay(self) -> str:
        """Nothing repeats it."""
        return ""


@dataclass(frozen=True)
class Measured:
    """What a run says of its worker: bytes in memory, and the seconds that the run took by the clock."""

    memory: int
    seconds: float


def empty(job: Turn) -> Measured:
    """A run that does nothing, in a process that has loaded the model."""
    import sim.market  # noqa: F401

    return Measured(_resident(), 0.0)


def half_a_second(job: Turn) -> Measured:
    """A run of half a second of work."""
    started, start_cpu = time.perf_counter(), time.thread_time()
    while time.thread_time() - start_cpu < SECONDS:
        pass
    return Measured(_resident(), time.perf_counter() - started)


def main(spec: str, workers: int | None) -> dict[str, float]:
    """Milliseconds per empty run, bytes of the driver and of a worker, shares (%) of the ideal and of time at work."""
    with Driver(parse_backend(spec, workers, 10**9), empty) as driver:
        _carry_out(driver, empty, 20)  # workers start, and load the model
        slots = driver.backend.slots
        _, overhead = _carry_out(driver, empty, EMPTY_RUNS)
        measured, elapsed = _carry_out(driver, half_a_second, LONG_RUNS)
        return {
            "overhead": 1000.0 * overhead / EMPTY_RUNS,
            "driver": _resident(),
            "worker": max(t.memory for t in measured),
            "ideal": 100.0 * LONG_RUNS * SECONDS / slots / elapsed,
            "at_work": 100.0 * sum(t.seconds for t in measured) / slots / elapsed,
        }


def _carry_out(driver: Driver[Any, Any], task: Callable[[Turn], Measured], runs: int) -> tuple[list[Measured], float]:
    """What all runs measured, and the seconds until the last had ended."""
    driver.task = task
    started = time.perf_counter()
    results = list(driver.run(Turn(number) for number in range(runs)))
    elapsed = time.perf_counter() - started
    failed = [result for result in results if not isinstance(result, Done)]
    assert not failed, failed[0]
    return [result.output for result in results if isinstance(result, Done)], elapsed


def _resident() -> int:
    """Bytes of this process in memory (Linux), 0 where the system does not tell."""
    try:
        with Path("/proc/self/statm").open(encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


if __name__ == "__main__":
    # Workers must find the tasks by name, not in `__main__`.
    from bench import one_backend

    given = sys.argv[2]
    print(json.dumps(one_backend.main(sys.argv[1], int(given) if given != "-" else None)))
