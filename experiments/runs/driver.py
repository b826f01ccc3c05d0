"""The driver: carries out jobs on a backend, outlives dead workers, records what fails and continues.

A worker that dies (out of memory, killed) may take down all runs that were under way, and nothing shows
which of them did it. These suspects are rerun one by one in a worker of their own: the innocent
end well, the culprit dies again and is recorded as crashed after its third death. A death counts only against a run
that was alone under way and had begun: a worker that dies while it starts has done nothing yet.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeAlias, cast

from experiments.runs.backends import Backend, BackendLost
from experiments.runs.backends.local import note_begun
from experiments.runs.numbers import Numbers
from experiments.runs.past import in_turn
from experiments.runs.result import Done, Failed, FailureKind, JobT, OutT
from experiments.runs.run import Run

#: Deaths of a worker after which its run is given up.
DEATHS = 3
#: Workers that die one after another while they start, after which no run can continue.
STARTS = 12
#: Seconds that a run has to notice by itself that its time is over, before its worker is ended.
GRACE = 5.0
#: Seconds between two looks at whether the user wants to stop.
LOOK = 0.5


#: What a worker does with one of the market's runs.
Task = Callable[[Run], Numbers]


@dataclass(frozen=True)
class _Raised:
    """An error as it travels from a worker: texts only, because not every exception can be pickled."""

    kind: FailureKind
    message: str
    traceback: str


@dataclass(frozen=True)
class _Suspect(Generic[JobT]):
    """A run that is rerun alone because its worker died, and how often it has died with this run alone under way."""

    job: JobT
    deaths: int


_Batch: TypeAlias = "Future[list[OutT | _Raised]]"
#: Bundles under way.
_Running: TypeAlias = "dict[_Batch[OutT], Sequence[JobT]]"


def attempt(task: Callable[[JobT], OutT], job: JobT, timeout: float | None = None) -> OutT | _Raised:
    """Carry out ``job`` in a worker; an error becomes a message, so that nothing but a death breaks the pool.

    A run that hangs beyond ``timeout`` seconds ends its worker; the watch is one of C, which no loop keeps from acting.
    """
    watched = timeout is not None and in_worker()
    note_begun()
    try:
        if watched and timeout is not None:
            with Path(os.devnull).open("w") as nowhere:
                faulthandler.dump_traceback_later(timeout + GRACE, exit=True, file=nowhere)
                return task(job)
        return task(job)
    except Exception as error:
        wording = str(error) or type(error).__name__
        message = wording if isinstance(error, ValueError | TimeoutError) else f"{type(error).__name__}: {wording}"
        return _Raised("timeout" if isinstance(error, TimeoutError) else "error", message, traceback.format_exc())
    finally:
        if watched:
            faulthandler.cancel_dump_traceback_later()


def attempt_all(
    task: Callable[[JobT], OutT], jobs: Sequence[JobT], timeout: float | None = None
) -> list[OutT | _Raised]:
    """Carry out ``jobs`` one after the other in a worker, each as :func:`attempt` does; a past that they share is lived once."""
    return [attempt(task, job, timeout) for job in in_turn(jobs)]


def in_worker() -> bool:
    """Whether this process was started to do runs, and can be ended without loss."""
    return multiprocessing.parent_process() is not None


class Driver(Generic[JobT, OutT]):
    """Carries out jobs; a context manager, so that no worker outlives it.

    ``task`` is what a worker does with a job; it must be importable by name. ``timeout`` is the longest a run may
    take, seconds. ``stopping`` is asked between results: once it says yes, what has ended is handed out, the rest is
    dropped, and KeyboardInterrupt is raised. On Ctrl-C the workers are ended at once and KeyboardInterrupt passes to
    the caller; results handed out before are his. So does :class:`BackendLost` when a cluster goes away, once all
    results that have arrived are handed out.
    """

    def __init__(
        self,
        backend: Backend,
        task: Callable[[JobT], OutT],
        timeout: float | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.backend = backend
        self.task = task
        self.timeout = timeout
        self.stopping = stopping
        self._executor: Executor | None = None

    def __enter__(self) -> Driver[JobT, OutT]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._executor is not None:
                if kind is None:
                    self._executor.shutdown()
                else:
                    self.backend.stop(self._executor)
        finally:
            self._executor = None
            self.backend.close()

    def run(self, jobs: Iterable[JobT]) -> Iterator[Done[JobT, OutT] | Failed[JobT]]:
        """Yield the result of every job as it ends, in any order; workers stay for the next call."""
        return self.run_bundles((job,) for job in jobs)

    def run_bundles(self, bundles: Iterable[Sequence[JobT]]) -> Iterator[Done[JobT, OutT] | Failed[JobT]]:
        """As :meth:`run`; the jobs of a bundle are done one after the other by one worker, and arrive together."""
        if self.backend.name == "serial":
            yield from self._run_here(bundles)
            return
        waiting = iter(bundles)
        running: _Running[OutT, JobT] = {}
        suspects: deque[_Suspect[JobT]] = deque()
        exhausted = False
        while running or suspects or not exhausted:
            if self.stopping():
                yield from self._ended(running)
                raise KeyboardInterrupt
            if suspects and not running:
                yield self._alone(suspects.popleft())
                continue
            if not suspects and not exhausted:
                exhausted = self._fill(waiting, running, suspects)
            done, _ = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
            alone, executor = len(running) == 1, self._executor
            for future in done:
                bundle = running.pop(future)
                error = future.exception()
                if isinstance(error, BackendLost):
                    yield from self._ended(running)
                    raise error
                if error is not None and self.backend.is_death(error):
                    counts = (alone or not self.backend.breaks(error)) and len(bundle) == 1 and executor is not None
                    begun = counts and executor is not None and self.backend.has_begun(executor)
                    suspects += (_Suspect(job, int(begun)) for job in bundle)
                    self._drop_broken(error)
                elif error is not None and len(bundle) > 1:  # one result that cannot be sent keeps back the others
                    suspects += (_Suspect(job, 0) for job in bundle)
                else:
                    yield from _results(bundle, future)

    def _run_here(self, bundles: Iterable[Sequence[JobT]]) -> Iterator[Done[JobT, OutT] | Failed[JobT]]:
        """In this process every job is handed out as it ends, also in the middle of a bundle."""
        if self._executor is None:
            self._executor = self.backend.open(1)
        for bundle in bundles:
            for job in in_turn(bundle):
                if self.stopping():
                    raise KeyboardInterrupt
                yield _result(job, self._executor.submit(attempt, self.task, job, self.timeout))

    def _drop_broken(self, error: BaseException) -> None:
        if self._executor is not None and self.backend.breaks(error):
            self._executor.shutdown(wait=False)
            self._executor = None

    def _ended(self, running: _Running[OutT, JobT]) -> Iterator[Done[JobT, OutT] | Failed[JobT]]:
        for future, bundle in running.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                yield from _results(bundle, future)

    def _fill(
        self,
        waiting: Iterator[Sequence[JobT]],
        running: _Running[OutT, JobT],
        suspects: deque[_Suspect[JobT]],
    ) -> bool:
        """Keep as many bundles under way as the backend wants; say whether none is left to start."""
        if self._executor is None:
            self._executor = self.backend.open(self.backend.slots)
        while len(running) < self.backend.ahead:
            bundle = next(waiting, None)
            if bundle is None:
                return True
            try:
                running[self._executor.submit(attempt_all, self.task, bundle, self.timeout)] = bundle
            except BrokenProcessPool as error:
                suspects += (_Suspect(job, 0) for job in bundle)
                self._drop_broken(error)
                return False
        return False

    def _alone(self, suspect: _Suspect[JobT]) -> Done[JobT, OutT] | Failed[JobT]:
        """Carry out a suspect in a worker of its own, until it ends or its worker has died too often."""
        job, deaths, starts = suspect.job, suspect.deaths, 0
        while deaths < DEATHS:
            executor = self.backend.open(1)
            started = time.monotonic()
            try:
                future = executor.submit(attempt, self.task, job, self.timeout)
                while not wait([future], timeout=LOOK).done:
                    if self.stopping():
                        raise KeyboardInterrupt
                error = future.exception()
                if isinstance(error, BackendLost):
                    raise error
                executor.shutdown()
                if error is None or not self.backend.is_death(error):
                    return _result(job, future)
            except BaseException:
                self.backend.stop(executor)
                raise
            if not self.backend.has_begun(executor):
                starts += 1
                if starts == STARTS:
                    problem = f"{STARTS} workers died one after another while they started"
                    raise BackendLost(problem, "make room in memory, or take fewer --workers")
                continue
            deaths += 1
            if self.timeout is not None and time.monotonic() - started >= self.timeout + GRACE:
                wording = f"did not end within {self.timeout:g} s and did not answer; its worker was ended"
                return Failed(job, "timeout", wording)
        return Failed(job, "crashed", f"its worker process died {DEATHS} times (out of memory, or killed)")


def _result(job: JobT, future: Future[OutT | _Raised]) -> Done[JobT, OutT] | Failed[JobT]:
    """What a future that is done says; an error outside of the task (a result too large to send) is a failure too."""
    error = future.exception()
    if error is not None:
        return Failed(job, "error", f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
    return _outcome(job, future.result())


def _results(bundle: Sequence[JobT], future: _Batch[OutT]) -> list[Done[JobT, OutT] | Failed[JobT]]:
    """What a future that is done says of each job of a bundle; an error outside of the task is a failure of its only job."""
    if future.exception() is not None:
        return [_result(job, cast("Future[OutT | _Raised]", future)) for job in bundle]
    return [_outcome(job, found) for job, found in zip(bundle, future.result(), strict=True)]


def _outcome(job: JobT, found: OutT | _Raised) -> Done[JobT, OutT] | Failed[JobT]:
    return Failed(job, found.kind, found.message, found.traceback) if isinstance(found, _Raised) else Done(job, found)
