"""The contract of a backend, and the choice of one by the number of workers."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from typing import Protocol


class Backend(Protocol):
    """Opens executors for the driver, which does the rest (order, retries, failures)."""

    @property
    def slots(self) -> int:
        """Runs that go on at the same time."""

    def open(self, slots: int) -> Executor:
        """A fresh executor with ``slots`` workers of one thread each."""

    def stop(self, executor: Executor) -> None:
        """End the executor now, without waiting for the runs under way."""


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_backend(workers: int | None, jobs: int) -> Backend:
    """Serial for one worker or one job, else a pool of processes; by default as many workers as cores."""
    from experiments.backends.local import Local
    from experiments.backends.serial import Serial

    slots = min(workers if workers is not None else usable_cores(), max(jobs, 1))
    return Serial() if slots <= 1 else Local(slots)
