"""A folder of runs: the ledgers of its drivers, and the locks that keep two drivers from doing the same runs.

ledger.sqlite            of the driver of all runs
ledger-2-of-8.sqlite     of the driver of a shard
.ledger.sqlite.lock …    locks, which end with their process.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from experiments.runs.numbers import Numbers
from experiments.runs.run_ledger import Failure, RunLedger
from experiments.whole_files import check_inside
from sim.errors import InputError, InputErrors


@dataclass(frozen=True)
class Shard:
    """Part ``number`` (from 1) of ``of`` parts of all runs."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str | None) -> Shard:
        """A shard as ``k/n``. Raises :class:`InputErrors`."""
        if text is None:
            return cls()
        found = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            remedy = "for instance --shard 2/8; in a Slurm array: --shard $SLURM_ARRAY_TASK_ID/8"
            raise InputErrors([InputError("--shard", f"found {text}", "k/n with k from 1 to n", remedy)])
        return cls(int(found[1]), int(found[2]))

    @property
    def file(self) -> str:
        """Name of its ledger."""
        return "ledger.sqlite" if self.of == 1 else f"ledger-{self.number}-of-{self.of}.sqlite"


#: All runs, no shard.
WHOLE = Shard()


@dataclass(frozen=True)
class RunFolder:
    """A folder of runs. With ``renews`` a ledger that cannot be read is set aside and its runs are rerun; without it the
    folder is refused, because its runs may have taken days."""

    path: Path
    renews: bool = False

    def ledgers(self) -> list[Path]:
        """Files of all ledgers."""
        return sorted(self.path.glob("ledger*.sqlite"))

    @contextmanager
    def reading(self) -> Iterator[list[RunLedger]]:
        """All ledgers, to look at."""
        with ExitStack() as stack:
            ledgers = [stack.enter_context(RunLedger(file, readonly=True)) for file in self.ledgers()]
            yield [ledger for ledger in ledgers if ledger.ready]

    def done(self) -> dict[str, tuple[float, float]]:
        """Runs that ended well, in any ledger: seconds they took, and when they ended."""
        with self.reading() as ledgers:
            return {identity: facts for ledger in ledgers for identity, facts in ledger.done().items()}

    def failures(self) -> list[Failure]:
        """Runs that failed and have not ended well since, each once (two drivers may have tried it), the earliest first."""
        with self.reading() as ledgers:
            done = {identity for ledger in ledgers for identity in ledger.done()}
            found = [failure for ledger in ledgers for failure in ledger.failures() if failure.identity not in done]
        found.sort(key=lambda failure: failure.ended)
        latest = {failure.identity: failure for failure in found}
        return [failure for failure in found if failure is latest[failure.identity]]

    def numbers_of(self, identity: str) -> Numbers | None:
        """Numbers of a run, from whichever ledger has it."""
        with self.reading() as ledgers:
            return next((found for ledger in ledgers if (found := ledger.numbers_of(identity)) is not None), None)

    @contextmanager
    def driving(self, shard: Shard = WHOLE) -> Iterator[RunLedger]:
        """The ledger of a shard, repaired, for its one driver; ``notes`` of it say what was repaired.

        A driver of all runs is alone in the folder; drivers of shards share it with those of the same split only. Else
        runs would be done twice. Raises :class:`InputErrors` when another driver is at work.
        """
        for name in (shard.file, f".{shard.file}.lock"):
            check_inside(self.path, self.path / name)
        with ExitStack() as locks:
            if shard.of == 1:
                locks.enter_context(self.lock(WHOLE.file))
            else:
                locks.enter_context(self.lock(WHOLE.file, shared=True))
                locks.enter_context(self.lock(f"split-{shard.of}", shared=True))
                for other in self.path.glob(".split-*.lock"):
                    if other.name != f".split-{shard.of}.lock":
                        with self.lock(other.name.removeprefix(".").removesuffix(".lock")):
                            pass  # nobody of another split is at work
                locks.enter_context(self.lock(shard.file))
            try:
                notes = self._repaired(shard)
                with RunLedger(self.path / shard.file) as ledger:
                    ledger.notes += notes
                    yield ledger
            except sqlite3.OperationalError as error:
                raise self._unwritable(error) from None

    @contextmanager
    def lock(self, name: str, shared: bool = False) -> Iterator[None]:
        """A lock of this folder; it is one of the database on a file of its own, and ends with the process.

        Raises :class:`InputErrors` when another driver holds it.
        """
        check_inside(self.path, self.path / f".{name}.lock")
        lock = sqlite3.connect(self.path / f".{name}.lock", timeout=0.2, isolation_level=None)
        try:
            try:
                lock.execute("BEGIN" if shared else "BEGIN EXCLUSIVE")
                lock.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise self._unwritable(error) from None
                raise InputErrors([self._taken()]) from None
            yield
        finally:
            lock.close()

    def _taken(self) -> InputError:
        problem, expected = "another driver is at work in this folder", "one driver, or one for each part of a split"
        remedy = "wait for it, or name another folder with --out; a batch can be split from the start with --shard k/n"
        return InputError(str(self.path), problem, expected, remedy)

    def _unwritable(self, error: sqlite3.OperationalError) -> InputErrors:
        remedy = "make room or repair the disk; the same command resumes from there"
        problem = f"cannot be written to: {error}"
        return InputErrors([InputError(str(self.path), problem, "a folder on a sound disk", remedy)])

    def _repaired(self, shard: Shard) -> list[str]:
        """Take damaged runs off the ledgers that this driver may write, so that they are rerun; what was done, in words."""
        own = self.path / shard.file
        others = [file for file in self.ledgers() if file != own and file.stat().st_size > 0] if shard.of == 1 else []
        notes = []
        for file in (own, *others):
            try:
                with RunLedger(file) as ledger:
                    if self.renews:
                        ledger.check_pages()
                        ledger.planned()  # read by every driver, so that what cannot be read is noticed now
                    notes += _repair(ledger)
            except InputErrors as errors:
                if not self.renews:
                    raise
                notes.append(_set_aside(file, errors))
        return notes


def _repair(ledger: RunLedger) -> list[str]:
    wrong, lost = ledger.repair()
    notes = []
    if wrong:
        names = ", ".join(identity[:8] for identity in wrong[:8]) + (" …" if len(wrong) > 8 else "")
        notes.append(f"{ledger.file.name}: {len(wrong)} runs were damaged on disk and are rerun: {names}")
    if lost:
        notes.append(f"{ledger.file.name}: rows were lost or added on disk; what is missing is rerun")
    return notes


def _set_aside(file: Path, errors: InputErrors) -> str:
    """Move a ledger out of the way, whatever reads it next time finds none; say where it lies."""
    places = (file.with_name(f"unreadable-{number}-{file.name}") for number in range(1, 10**6))
    aside = next(place for place in places if not place.exists())
    file.replace(aside)
    file.with_name(f"{file.name}-journal").unlink(missing_ok=True)  # it would be rolled back into the next ledger
    return f"{file.name} {errors.errors[0].problem}; it was moved to {aside.name}, and its runs are rerun."
