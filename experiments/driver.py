"""The driver: carries out jobs on a backend, outlives dead workers, records what fails and goes on.

A worker that dies (out of memory, killed) takes down all runs that were under way, and nothing tells
which of them did it. These suspects are done again one by one in a worker of their own: the innocent
end well, the culprit dies again and is recorded as crashed after its third death.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from experiments.backends import Backend
from experiments.runs import Done, Failed, Job, Result, RunTables
from experiments.simulate import simulate

Task = Callable[[Job], RunTables]
#: Deaths of a worker after which its run is given up.
DEATHS = 3

DriverT = TypeVar("DriverT", bound="Driver")


@dataclass(frozen=True)
class _Raised:
    """An error as it travels from a worker: texts only, because not every exception can be pickled."""

    message: str
    traceback: str


def attempt(task: Task, job: Job) -> RunTables | _Raised:
    """Carry out ``job`` in a worker; an error becomes a message, so that nothing but a death breaks the pool."""
    try:
        return task(job)
    except Exception as error:
        told = str(error) or type(error).__name__
        message = told if isinstance(error, ValueError) else f"{type(error).__name__}: {told}"
        return _Raised(message, traceback.format_exc())


class Driver:
    """Carries out jobs; a context manager, so that no worker outlives it.

    ``task`` is what a worker does with a job; it must be importable by name. On Ctrl-C the workers are
    ended at once and KeyboardInterrupt goes on to the caller; results handed out before are his.
    """

    def __init__(self, backend: Backend, task: Task = simulate) -> None:
        self.backend = backend
        self.task = task
        self._executor: Executor | None = None

    def __enter__(self: DriverT) -> DriverT:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is None:
            return
        if kind is None:
            self._executor.shutdown()
        else:
            self.backend.stop(self._executor)
        self._executor = None

    def run(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """Yield the result of every job as it ends, in any order; workers stay for the next call."""
        waiting = deque(jobs)
        running: dict[Future[RunTables | _Raised], Job] = {}
        suspects: deque[Job] = deque()
        while waiting or running or suspects:
            if suspects and not running:
                yield self._alone(suspects.popleft())
                continue
            if not suspects:
                self._fill(waiting, running, suspects)
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                job = running.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    suspects.append(job)
                else:
                    yield _result(job, future)
            if suspects and self._executor is not None:
                self._executor.shutdown(wait=False)
                self._executor = None

    def _fill(self, waiting: deque[Job], running: dict[Future[RunTables | _Raised], Job], suspects: deque[Job]) -> None:
        """Keep one job more than slots under way: no worker idles, and a death makes few suspects."""
        if self._executor is None:
            self._executor = self.backend.open(self.backend.slots)
        ahead = self.backend.slots + (self.backend.slots > 1)
        while waiting and len(running) < ahead:
            job = waiting.popleft()
            try:
                running[self._executor.submit(attempt, self.task, job)] = job
            except BrokenProcessPool:
                suspects.append(job)
                return

    def _alone(self, job: Job) -> Result:
        """Carry out a suspect in a worker of its own, until it ends or its worker has died too often."""
        for _ in range(DEATHS - 1):
            executor = self.backend.open(1)
            try:
                future = executor.submit(attempt, self.task, job)
                if not isinstance(future.exception(), BrokenProcessPool):
                    executor.shutdown()
                    return _result(job, future)
                executor.shutdown()
            except BaseException:
                self.backend.stop(executor)
                raise
        return Failed(job, "crashed", f"its worker process died {DEATHS} times (out of memory, or killed)")


def _result(job: Job, future: Future[RunTables | _Raised]) -> Result:
    """What a future that is done says; an error outside of the task (a result too large to send) is a failure too."""
    error = future.exception()
    if error is not None:
        return Failed(job, "error", f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
    found = future.result()
    return Failed(job, "error", found.message, found.traceback) if isinstance(found, _Raised) else Done(job, found)
