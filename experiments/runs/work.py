"""A driver at its ledger: what is done is not repeated, and what ends is recorded, one transaction a run."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from experiments.runs.backends import Backend
from experiments.runs.backends.local import end_unguarded
from experiments.runs.bundles import Bundle, make_bundles, past_of
from experiments.runs.driver import Driver, Task
from experiments.runs.numbers import Numbers
from experiments.runs.progress import Progress, Tally
from experiments.runs.result import Done, Failed, Result
from experiments.runs.run import Run
from experiments.runs.run_folder import WHOLE, RunFolder, Shard
from experiments.runs.run_ledger import IN_MEMORY, RunLedger
from experiments.runs.worker import simulate
from experiments.signals import ENDING, note


class TooManyFailures(RuntimeError):
    """Runs that were stopped because more of them failed than may."""

    def __init__(self, failed: int, most: int) -> None:
        super().__init__(f"stopped after {failed} failed runs (--max-failures {most})")


@dataclass
class Work:
    """A driver at its ledger: does runs, call by call, with workers that stay in between.

    ``folder`` is None where runs are kept in memory only. ``retry`` tries again what failed before.
    """

    ledger: RunLedger
    driver: Driver[Run, Numbers]
    folder: RunFolder | None = None
    shard: Shard = WHOLE
    retry: bool = False
    max_failures: int | None = None
    tell: Progress = lambda count: None
    tally: Tally = field(default_factory=Tally)
    #: Runs that failed now, not before, in the order in which they did.
    failed: list[Failed] = field(default_factory=list)

    def do(self, runs: Iterable[Run], each: Callable[[Result], None] = lambda result: None) -> None:
        """Do and record those of ``runs`` that are not done; ``each`` is handed every result once it is recorded.

        Raises :class:`TooManyFailures`, and KeyboardInterrupt after the runs that had ended are recorded.
        """
        asked = list(runs)
        self.ledger.plan(Counter((run.policy, run.identity) for run in asked))
        ours = self._share_of(list(_once(asked)))
        place = self.folder or self.ledger
        done, failed = place.done(), {failure.identity for failure in place.failures()}
        if self.retry:
            self.ledger.forget_failed(run.identity for run in ours if run.identity in failed)
            failed = set()
        left = [run for run in ours if run.identity not in done and run.identity not in failed]
        tally = self.tally
        tally.planned += len(ours)
        tally.reused += sum(run.identity in done for run in ours)
        tally.failed += sum(run.identity in failed for run in ours)
        self.tell(tally.count)
        for result in self.carry_out(make_bundles(left, lambda: self.driver.backend.slots)):
            each(result)
            self.tell(tally.count)

    def _share_of(self, runs: list[Run]) -> list[Run]:
        """Those of ``runs`` that this shard does: every n-th, or every n-th past where there are enough of them."""
        pasts = {past: place for place, past in enumerate(dict.fromkeys(map(past_of, runs)))}
        whole = None not in pasts and len(pasts) >= 2 * self.shard.of
        numbers = (pasts[past_of(run)] if whole else number for number, run in enumerate(runs))
        return [
            run for run, number in zip(runs, numbers, strict=True) if number % self.shard.of == self.shard.number - 1
        ]

    def carry_out(self, bundles: Iterable[Bundle]) -> Iterator[Result]:
        """Do runs, drawn bundle by bundle as workers become free; each result is recorded, then handed out.

        Raises as :meth:`do`.
        """
        for result in self.driver.run_bundles(bundles):
            if isinstance(result, Failed):
                self.ledger.put_failed(result)
                self.tally.failed += 1
                self.failed.append(result)
            else:
                self.ledger.put_done(result.job, result.output)
                self.tally.done += 1
            yield result
            if self.max_failures is not None and len(self.failed) > self.max_failures:
                raise TooManyFailures(len(self.failed), self.max_failures)

    def find(self, run: Run) -> Done | None:
        """``run`` as this driver's ledger holds it; None when it is not done."""
        numbers = self.ledger.numbers_of(run.identity)
        return None if numbers is None else Done(run, numbers)

    def results(self, runs: Iterable[Run]) -> list[Done]:
        """Those of ``runs`` that are done, in their order."""
        return [found for run in runs if (found := self.find(run)) is not None]


@contextmanager
def at_work(
    folder: RunFolder | None,
    backend: Backend,
    *,
    timeout: float | None = None,
    shard: Shard = WHOLE,
    retry: bool = False,
    max_failures: int | None = None,
    progress: Progress | None = None,
    task: Task = simulate,
) -> Iterator[Work]:
    """A driver for the time of a ``with``; it holds the ledger's lock, and answers Ctrl-C, SIGTERM and SIGHUP.

    Without a ``folder`` runs are kept in memory. ``timeout`` is the longest that a run may take, seconds. Raises
    :class:`InputErrors` when another driver is at work on this ledger.
    """
    end_unguarded()  # before it waits for the lock that its driver holds
    place = RunLedger(Path(IN_MEMORY)) if folder is None else folder.driving(shard)
    with (
        place as ledger,
        _interrupts(backend) as stopping,
        Driver(backend, task, timeout, stopping) as driver,
    ):
        work = Work(ledger, driver, folder, shard, retry, max_failures, progress or (lambda count: None))
        work.tally.notes += ledger.notes
        yield work


def _once(runs: Iterable[Run]) -> Iterator[Run]:
    """Runs without those that are the very same under another name."""
    known: set[str] = set()
    for run in runs:
        if run.identity not in known:
            known.add(run.identity)
            yield run


@contextmanager
def _interrupts(backend: Backend) -> Iterator[Callable[[], bool]]:
    """Ctrl-C, SIGTERM and SIGHUP raise a flag instead of an exception, so that what has ended is recorded first.

    A second one acts at once, and so does the first where runs are done in this very process.
    """
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def answer(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        note(number)
        if backend.name == "serial" or len(asked) > 1:
            raise KeyboardInterrupt

    answered = [
        number for number in ENDING if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN
    ]
    before = {number: signal.signal(number, answer) for number in answered}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
