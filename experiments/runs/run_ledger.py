"""The ledger of runs: one SQLite file per driver; a run and all its numbers are one transaction.

A run that the ledger holds as done is on disk, whole, and is never done or written again: it is inserted, and a second
insertion is refused by the database. Without a file the same ledger is kept in memory.

Every row has a digest, and a fact holds the digests of all rows together (:mod:`experiments.runs.row_digests`), so that a
number that a disk has changed, and a row that it has lost, is noticed whenever it is read.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from analysis.digests import digest_of
from experiments.runs.numbers import Layout, Numbers, Part
from experiments.runs.result import Failed
from experiments.runs.row_digests import (
    ALL,
    NOT_READ,
    NOTHING,
    Changes,
    DoneRow,
    RunsDamaged,
    all_digests,
    broken_layouts,
    damaged,
    damaged_numbers,
    digest_of_part,
    done_row,
    is_of_the_system,
    older,
    storable,
    whole_rows,
)
from experiments.runs.run import Run
from sim.errors import InputErrors

#: Name of a ledger that is kept in memory.
IN_MEMORY = ":memory:"
#: Grows when the tables below change.
FORMAT = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS layouts (name TEXT PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS done (
  identity TEXT PRIMARY KEY, seconds REAL NOT NULL, ended REAL NOT NULL, parts TEXT NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (
  identity TEXT NOT NULL, part TEXT NOT NULL, layout TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (identity, part)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failed (
  identity TEXT PRIMARY KEY, run TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, traceback TEXT NOT NULL,
  replay TEXT NOT NULL, ended REAL NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
"""
#: The table of planned runs, which is rebuilt where it is not what was written, and the fact with its digest.
PLANNED = "planned"
_PLANNED = """CREATE TABLE planned (
  number INTEGER PRIMARY KEY, policy TEXT NOT NULL, identity TEXT NOT NULL, runs INTEGER NOT NULL, UNIQUE (policy, identity)
)"""
_PLAN_ROWS = "SELECT policy, identity, runs FROM planned ORDER BY number"


@dataclass(frozen=True)
class Failure:
    """A run that failed, as the ledger holds it."""

    identity: str
    run: str
    kind: str
    message: str
    traceback: str
    replay: str
    ended: float


class RunLedger:
    """One ledger; a context manager. ``readonly`` never writes and may look while a driver is at work.

    ``notes`` say what was repaired before it was opened. Whatever reads it raises :class:`InputErrors` where the file is damaged, and :class:`RunsDamaged` where runs are.
    """

    def __init__(self, file: Path, readonly: bool = False) -> None:
        self.file, self._looks_on = file, readonly
        self._layouts: dict[str, Layout] = {}
        self.notes: list[str] = []
        self.ready = True
        with self._whole(), ExitStack() as opened:
            self._open(file, readonly, opened)
            if self.ready and self.fact("format") != str(FORMAT):
                raise InputErrors([older(file)])
            opened.pop_all()  # a file that is refused is closed

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What the database cannot read is reported as damage; a full disk and a lock are not."""
        try:
            yield
        except (sqlite3.Error, zlib.error, *NOT_READ) as error:
            if isinstance(error, InputErrors | sqlite3.IntegrityError) or is_of_the_system(error):
                raise
            raise InputErrors([damaged(self.file, str(error))]) from None

    @contextmanager
    def _moment(self) -> Iterator[None]:
        """What an onlooker reads is as of one moment, also while a driver writes: rows and the note of all rows belong together.

        A driver is alone with its ledger.
        """
        with self._whole():
            begins = self._looks_on and not self._base.in_transaction
            if begins:
                self._base.execute("BEGIN")
            try:
                yield
            finally:
                if begins:
                    self._base.execute("ROLLBACK")  # nothing was written

    def _open(self, file: Path, readonly: bool, opened: ExitStack) -> None:
        if readonly:
            # Not opened read-only: after a driver was killed in mid-write, the first to look rolls its half write back.
            self._base = sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=60.0)
            opened.callback(self._base.close)
            self._base.execute("PRAGMA query_only=ON")
            # The last of the tables: without it the driver is just about to make them.
            self.ready = bool(self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'failed'").fetchone())
            if not self.ready and file.stat().st_size > 0 and self._base.execute("PRAGMA page_count").fetchone()[0] > 1:
                raise sqlite3.DatabaseError("it has no tables")
            return
        self._base = sqlite3.connect(file, timeout=60.0, isolation_level=None)
        opened.callback(self._base.close)
        # A journal next to the file works on shared disks too, where write-ahead logs do not; FULL waits for the disk.
        self._base.execute("PRAGMA journal_mode=TRUNCATE")
        self._base.execute("PRAGMA synchronous=FULL")
        known = self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'facts'").fetchone()
        if known is None:
            self._base.execute("BEGIN IMMEDIATE")
            for statement in filter(str.strip, _TABLES.split(";")):
                self._base.execute(statement)
            self.note("format", str(FORMAT))
            self.note(ALL, NOTHING)
            self._base.execute("COMMIT")

    def __enter__(self) -> RunLedger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    @contextmanager
    def _writing(self) -> Iterator[Changes]:
        """One transaction; what it adds and takes away changes the digest of all rows."""
        base = self._base
        with self._whole():
            base.execute("BEGIN IMMEDIATE")
            try:
                changes = Changes(self.fact(ALL) or NOTHING)
                yield changes
                self.note(ALL, changes.all)
            except BaseException:
                base.execute("ROLLBACK")
                raise
            base.execute("COMMIT")

    def put_done(self, run: Run, numbers: Numbers) -> None:
        """Record a run that ended well, with its numbers, in one transaction; a failure of it is forgotten."""
        base, seconds, ended = self._base, float(numbers.seconds), time.time()
        parts = {
            part.name: digest_of_part(run.identity, part.name, part.layout.name, part.values) for part in numbers.parts
        }
        listed = json.dumps(parts)
        digest = digest_of("done", run.identity, seconds, ended, listed)
        with self._writing() as changes:
            for part in numbers.parts:
                if part.layout.name not in self._layouts:
                    base.execute("INSERT OR IGNORE INTO layouts VALUES (?, ?)", (part.layout.name, part.layout.packed))
            self._forget([run.identity], changes)
            base.execute("INSERT INTO done VALUES (?, ?, ?, ?, ?)", (run.identity, seconds, ended, listed, digest))
            base.executemany(
                "INSERT INTO numbers VALUES (?, ?, ?, ?)",
                [(run.identity, part.name, part.layout.name, part.values) for part in numbers.parts],
            )
            changes.toggle(digest)
        self._layouts.update({part.layout.name: part.layout for part in numbers.parts})

    def put_failed(self, failed: Failed[Run]) -> None:
        """Record a run that failed; an earlier failure of it is replaced."""
        job = failed.job
        row = (job.identity, job.name, failed.kind, failed.message, failed.traceback, job.replay, time.time())
        row = tuple(storable(value) for value in row)
        digest = digest_of("failed", *row)
        with self._writing() as changes:
            self._forget([job.identity], changes)
            self._base.execute("INSERT INTO failed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, digest))
            changes.toggle(digest)

    def plan(self, runs: Mapping[tuple[str, str], int]) -> None:
        """Note runs that are to be done: how many by policy and identity (the same one may be asked for twice)."""
        base = self._base
        with self._writing():
            if not self._plan_rows():
                base.execute("DROP TABLE IF EXISTS planned")
                base.execute(_PLANNED)
            rows = [(policy, identity, count) for (policy, identity), count in runs.items()]
            base.executemany("INSERT OR IGNORE INTO planned (policy, identity, runs) VALUES (?, ?, ?)", rows)
            self.note(PLANNED, digest_of(*base.execute(_PLAN_ROWS)))

    def planned(self) -> dict[tuple[str, str], int]:
        """How many runs were to be done, by policy and identity, in the order in which they were noted.

        Empty where nobody noted it, or where it is not what was written: what is planned, the design says too.
        """
        with self._moment():
            return {(policy, identity): runs for policy, identity, runs in self._plan_rows()}

    def _plan_rows(self) -> list[tuple[str, str, int]]:
        """Rows of planned runs, when they are whole."""
        noted = self.fact(PLANNED)
        if noted is None or not self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'planned'").fetchone():
            return []
        try:
            rows = self._base.execute(_PLAN_ROWS).fetchall()
        except sqlite3.OperationalError as error:
            if is_of_the_system(error):
                raise
            return []  # a text that is none any more
        return rows if digest_of(*rows) == noted else []

    def forget_failed(self, identities: Iterable[str]) -> None:
        """Take failures off the ledger, so that their runs are tried again."""
        with self._writing() as changes:
            self._forget(identities, changes)

    def _forget(self, identities: Iterable[str], changes: Changes) -> None:
        for identity in identities:
            row = self._base.execute("SELECT digest FROM failed WHERE identity = ?", (identity,)).fetchone()
            if row is not None:
                self._base.execute("DELETE FROM failed WHERE identity = ?", (identity,))
                changes.toggle(row[0])

    def state(self) -> list[Any]:
        """What it holds, in short: other runs or failures give another state."""
        with self._moment():
            base = self._base
            counts = [
                base.execute(f"SELECT count(*), max(ended) FROM {table}").fetchone() for table in ("done", "failed")
            ]
            return [*counts, self.fact(ALL)]

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the runs."""
        digest = digest_of("fact", name, value)
        with self._whole():
            self._base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", (name, value, digest))

    def fact(self, name: str) -> str | None:
        """A fact by its name; None when nobody noted it."""
        with self._whole():
            if (
                name == "format"
                and not self._base.execute("SELECT 1 FROM pragma_table_info('facts') WHERE name = 'digest'").fetchone()
            ):
                return None  # of a version that kept no digests
            row = self._base.execute("SELECT value, digest FROM facts WHERE name = ?", (name,)).fetchone()
            if row is not None and digest_of("fact", name, row[0]) != row[1]:
                raise ValueError(f"its note `{name}` is not what was written")
            return None if row is None else str(row[0])

    def done(self) -> dict[str, tuple[float, float]]:
        """Runs that ended well: seconds they took and when they ended, by identity."""
        with self._moment():
            found = whole_rows(self._base, self.fact(ALL))
            if found.damaged or found.lost:
                raise RunsDamaged({self.file: sorted(found.damaged)}, found.lost)
            return {identity: (row.seconds, row.ended) for identity, row in found.done.items()}

    def failures(self) -> list[Failure]:
        """Runs that failed, the earliest first."""
        with self._whole():
            rows = self._base.execute(
                "SELECT identity, run, kind, message, traceback, replay, ended, digest FROM failed ORDER BY ended, identity"
            ).fetchall()
            wrong = [str(row[0]) for row in rows if digest_of("failed", *row[:-1]) != row[-1]]
            if wrong:
                raise RunsDamaged({self.file: wrong})
            return [Failure(*row[:-1]) for row in rows]

    def layout(self, name: str) -> Layout:
        """A layout by its name, which is a digest of it; read once."""
        if name in self._layouts:
            return self._layouts[name]
        with self._whole():
            row = self._base.execute("SELECT packed FROM layouts WHERE name = ?", (name,)).fetchone()
            if row is None or not Layout(name, row[0]).is_whole():
                raise ValueError(f"the layout `{name}` of its tables is not what was written")
            return self._layouts.setdefault(name, Layout(name, row[0]))

    def numbers_of(self, identity: str) -> Numbers | None:
        """Numbers of one run; None when it is not there."""
        with self._moment():
            row = done_row(self._base, identity)
            if row is None:
                return None
            found = []
            for part in sorted(row.parts):
                layout, content = self._part(identity, part, row)
                found.append(Part(part, self.layout(layout), content))
            return Numbers(tuple(found), row.seconds)

    def values(self, part: str) -> Iterator[tuple[str, str, bytes]]:
        """(identity, layout's name, values) of every run's ``part``, one after another, not all in memory."""
        with self._moment():
            known = whole_rows(self._base, self.fact(ALL)).done
            for identity, layout, content in self._base.execute(
                "SELECT identity, layout, content FROM numbers WHERE part = ?", (part,)
            ):
                row = known.get(identity)
                if row is None or row.parts.get(part) != digest_of_part(identity, part, layout, content):
                    raise RunsDamaged({self.file: [str(identity)]})
                del known[identity]
                yield identity, layout, content
            if lost := [identity for identity, row in known.items() if part in row.parts]:
                raise RunsDamaged({self.file: lost})

    def value(self, identity: str, part: str) -> tuple[str, bytes] | None:
        """(layout's name, values) of one part of one run; None when it is not here."""
        with self._whole():
            row = done_row(self._base, identity)
            return None if row is None or part not in row.parts else self._part(identity, part, row)

    def _part(self, identity: str, part: str, row: DoneRow) -> tuple[str, bytes]:
        found: tuple[str, bytes] | None = self._base.execute(
            "SELECT layout, content FROM numbers WHERE identity = ? AND part = ?", (identity, part)
        ).fetchone()
        if found is None or digest_of_part(identity, part, *found) != row.parts[part]:
            raise RunsDamaged({self.file: [identity]})
        return found

    def check_pages(self) -> None:
        """Be sure that the file can be written into. Raises :class:`InputErrors` for pages that are damaged."""
        with self._whole():
            if (said := self._base.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(str(said))

    def repair(self) -> tuple[list[str], bool]:
        """Take damaged runs off the ledger, so that they are rerun: their identities, and whether rows were lost.

        Every number of it is read. What remains is whole.
        """
        with self._whole():
            found = whole_rows(self._base, self.fact(ALL))
            wrong = found.damaged | damaged_numbers(self._base, found.done)
            if not wrong and not found.lost:
                return [], False
            self.check_pages()
            self._base.execute("BEGIN IMMEDIATE")
            for table in ("done", "numbers", "failed"):
                self._base.executemany(f"DELETE FROM {table} WHERE identity IS ?", [(identity,) for identity in wrong])
            self._base.execute("DELETE FROM numbers WHERE identity NOT IN (SELECT identity FROM done)")
            self._base.executemany("DELETE FROM layouts WHERE name IS ?", broken_layouts(self._base))
            kept = Changes(NOTHING)
            for digest in all_digests(self._base):
                kept.toggle(digest)
            self.note(ALL, kept.all)
            self._base.execute("COMMIT")
            return sorted(str(identity) for identity in wrong), found.lost
