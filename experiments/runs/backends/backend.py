"""The contract of a backend, and the choice of one by the number of workers."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from typing import Protocol


class BackendLost(RuntimeError):
    """No run can continue: the cluster is out of reach, has no workers left, or one of them must not do runs.

    ``problem`` says what happened, ``remedy`` what to do about it. Results handed out before are the caller's; runs
    under way are lost and have to be rerun.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problem, self.remedy = problem, remedy

    def __str__(self) -> str:
        return f"{self.problem} ({self.remedy})" if self.remedy else self.problem


class Backend(Protocol):
    """Opens executors for the driver, which does the rest (order, retries, failures)."""

    #: What the user calls it.
    name: str

    @property
    def slots(self) -> int:
        """Runs under way at the same time, now (a cluster may grow and shrink)."""

    @property
    def ahead(self) -> int:
        """Runs that the driver keeps submitted: enough that no worker idles, few enough that a death has few suspects."""

    def open(self, slots: int) -> Executor:
        """A fresh executor with ``slots`` workers of one thread each."""

    def stop(self, executor: Executor) -> None:
        """End the executor now, without waiting for the runs under way."""

    def is_death(self, error: BaseException) -> bool:
        """Whether ``error`` of a future says that the worker died, not that the run failed.

        An error that no further run can survive is a :class:`BackendLost` instead.
        """

    def breaks(self, error: BaseException) -> bool:
        """Whether the executor is of no more use after ``error``, so that the driver opens another one."""

    def has_begun(self, executor: Executor) -> bool:
        """Whether a worker of ``executor`` has begun a run: a worker that dies while it starts says nothing about any."""

    def close(self) -> None:
        """Give back what outlives executors (a cluster that the backend itself started)."""


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_backend(workers: int | None, jobs: int) -> Backend:
    """Serial for one worker or one job, else a pool of processes; by default as many workers as cores."""
    from experiments.runs.backends.local import Local
    from experiments.runs.backends.serial import Serial

    slots = min(workers if workers is not None else usable_cores(), max(jobs, 1))
    return Serial() if slots <= 1 else Local(slots)
