"""Driving a batch: what is left is run and recorded, one transaction a run; what is done is never done again."""

from __future__ import annotations

import hashlib
import json
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from analysis.digests import digest_of
from experiments.backends import Backend
from experiments.batch.carrying_out import carry_out
from experiments.batch.checking import check_verb
from experiments.batch.folder import FILES, REPLACEMENTS, WATCHED, WHOLE, Folder, Shard
from experiments.batch.ledger import Ledger
from experiments.batch.noted import states_of
from experiments.batch.numbers import Numbers
from experiments.batch.planning import BLOCKS, BatchPlan
from experiments.batch.points import with_kept_points
from experiments.batch.run import Run
from experiments.comparison import Count, Progress
from experiments.driver import Driver
from experiments.runs import Failed
from experiments.signals import ENDING, note
from sim.errors import InputError, InputErrors
from sim.reading.toml_text import READ

Task = Callable[[Run], Numbers]


class TooManyFailures(RuntimeError):
    """A batch that was stopped because more runs failed than it may have."""

    def __init__(self, failed: int, most: int) -> None:
        super().__init__(f"stopped after {failed} failed runs (--max-failures {most})")


@dataclass
class Tally:
    """What one drive has done: runs ended well now and before, and those that failed (now and before)."""

    planned: int = 0
    done: int = 0
    reused: int = 0
    failed: int = 0
    refilled: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def count(self) -> Count:
        """As progress is told."""
        return Count(self.done + self.reused + self.failed, self.planned, self.failed, self.reused)


def drive(
    plan: BatchPlan,
    folder: Folder,
    backend: Backend,
    *,
    shard: Shard = WHOLE,
    retry: bool = False,
    max_failures: int | None = None,
    progress: Progress | None = None,
    task: Task = carry_out,
) -> Tally:
    """Do all runs of ``plan`` that the folder's ledgers do not hold; failed ones only with ``retry``.

    A block of a Saltelli or Morris design in which a run failed is replaced by the next block, until as many blocks
    are whole as the design asks for (at most as many again are tried). A shard replaces none: its driver cannot know
    what happens to the rest of a block. Raises :class:`TooManyFailures`, KeyboardInterrupt after the runs that had
    ended are recorded, and :class:`InputErrors` when another driver is at work on this ledger or the design asks for
    a search.
    """
    check_verb(plan.design, searches=False)
    asked, files = len(plan.futures), files_of(plan)
    plan = extended(plan, folder)
    with at_work(
        folder,
        backend,
        plan.design.content.timeout,
        shard,
        retry=retry,
        max_failures=max_failures,
        progress=progress,
        task=task,
    ) as work:
        tally = work.tally
        tally.refilled = _blocks(plan, asked)
        work.ledger.note(FILES, json.dumps(folder.files() | files))
        work.ledger.note(WATCHED, json.dumps(states_of(_read_for(plan))))
        work.do(plan.runs())
        while plan.method in BLOCKS and shard.of == 1:
            missing = missing_blocks(plan, folder)
            if missing == 0:
                break
            if tally.refilled + missing > plan.design.content.futures.size:
                tally.notes.append(
                    f"{missing} blocks are not whole, and {tally.refilled} replacements were tried: see what fails"
                )
                break
            before = len(plan.futures)
            plan = plan.with_blocks(missing)
            tally.refilled += missing
            work.ledger.note(REPLACEMENTS, str(tally.refilled))
            work.do(run for run in plan.runs() if run.future >= before)
    return tally


@dataclass
class Work:
    """A driver at its ledger: does runs, walk by walk, with workers that stay in between."""

    folder: Folder
    ledger: Ledger
    driver: Driver[Run, Numbers]
    shard: Shard
    retry: bool
    max_failures: int | None
    tell: Progress
    tally: Tally = field(default_factory=Tally)
    #: Runs that failed now, not before.
    fresh: int = 0

    def do(self, runs: Iterable[Run]) -> None:
        """One walk over ``runs``: what is not done is done and recorded.

        Raises :class:`TooManyFailures`, and KeyboardInterrupt after the runs that had ended are recorded.
        """
        asked = list(runs)
        self.ledger.plan(Counter((run.policy, run.identity) for run in asked))
        ours = [run for number, run in enumerate(_once(asked)) if number % self.shard.of == self.shard.number - 1]
        done, failed = self.folder.done(), {failure.identity for failure in self.folder.failures()}
        if self.retry:
            self.ledger.forget_failed(run.identity for run in ours if run.identity in failed)
            failed = set()
        left = [run for run in ours if run.identity not in done and run.identity not in failed]
        tally = self.tally
        tally.planned += len(ours)
        tally.reused += sum(run.identity in done for run in ours)
        tally.failed += sum(run.identity in failed for run in ours)
        self.tell(tally.count)
        for result in self.driver.run(left):
            if isinstance(result, Failed):
                self.ledger.put_failed(result)
                tally.failed += 1
                self.fresh += 1
            else:
                self.ledger.put_done(result.job, result.tables)
                tally.done += 1
            self.tell(tally.count)
            if self.max_failures is not None and self.fresh > self.max_failures:
                raise TooManyFailures(self.fresh, self.max_failures)


@contextmanager
def at_work(
    folder: Folder,
    backend: Backend,
    timeout: float | None,
    shard: Shard = WHOLE,
    *,
    retry: bool = False,
    max_failures: int | None = None,
    progress: Progress | None = None,
    task: Task = carry_out,
) -> Iterator[Work]:
    """A driver for the time of a ``with``; it holds the ledger's lock, and answers Ctrl-C, SIGTERM and SIGHUP.

    Raises :class:`InputErrors` when another driver is at work on this ledger.
    """
    with (
        folder.driving(shard) as ledger,
        _interrupts(backend) as stopping,
        Driver(backend, task, timeout, stopping) as driver,
    ):
        work = Work(folder, ledger, driver, shard, retry, max_failures, progress or (lambda count: None))
        work.tally.notes += folder.mend(shard, ledger)
        yield work


def _once(runs: Iterable[Run]) -> Iterator[Run]:
    """Runs without those that are the very same under another name."""
    known: set[str] = set()
    for run in runs:
        if run.identity not in known:
            known.add(run.identity)
            yield run


def missing_blocks(plan: BatchPlan, folder: Folder) -> int:
    """How many blocks of the design are not whole, less the replacements that are."""
    done = folder.done()
    short = {run.future for run in plan.runs() if run.identity not in done}
    whole = plan.futures.assign(short=plan.futures.index.isin(short)).groupby("block")["short"].any()
    return max(0, plan.design.content.futures.size - int((~whole).sum()))


def extended(plan: BatchPlan, folder: Folder) -> BatchPlan:
    """The plan with what the folder holds beyond the design: replacement blocks, points that a search asked for.

    Raises :class:`InputErrors` when files that the design names are no longer those of its first drive: tables would
    lose the runs that are done, and mix markets.
    """
    noted, now = folder.files(), files_of(plan)
    changed = [name for name, digest in now.items() if noted.get(name, digest) != digest]
    if changed:
        problem = f"was started with other files: {', '.join(changed[:3])}{' …' if len(changed) > 3 else ''}"
        remedy = "give them their old content, or start the design in another folder with --out"
        raise InputErrors([InputError(str(folder.path), problem, "files that stay as they are", remedy)])
    if plan.design.content.optimise is not None:
        return with_kept_points(plan, folder)
    if plan.method not in BLOCKS:
        return plan
    return plan.with_blocks(folder.replacements())


def files_of(plan: BatchPlan) -> dict[str, str]:
    """Digests of what the files beside a design say: of each market under each policy, and of the futures."""
    found = {
        f"{name} under {policy.name}": plan.bases[plan.design.located(name), policy.name].digest
        for name in plan.design.scenarios
        for policy in plan.policies
    }
    futures = f"futures (of the design {digest_of(plan.design.text)[:8]})"
    return found | {futures: hashlib.sha256(plan.futures.to_csv().encode()).hexdigest()}


def _read_for(plan: BatchPlan) -> list[Path]:
    """Files that the plan was made from: those of markets, policies and tables, and the tables of points."""
    tables = [plan.design.folder / plan.design.content.futures.file] if plan.design.content.futures.file else []
    return sorted({*READ, *(table.resolve() for table in tables)})


def _blocks(plan: BatchPlan, first: int) -> int:
    """Blocks among the futures from number ``first`` on."""
    return int(plan.futures["block"].iloc[first:].nunique())


@contextmanager
def _interrupts(backend: Backend) -> Iterator[Callable[[], bool]]:
    """Ctrl-C, SIGTERM and SIGHUP raise a flag instead of an exception, so that what has ended is recorded first.

    A second one acts at once, and so does the first where the run goes on in this very process.
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

    heeded = [number for number in ENDING if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, answer) for number in heeded}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
