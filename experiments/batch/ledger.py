"""The ledger of a batch: one SQLite file per driver; a run and all its numbers are one transaction.

A run that the ledger holds as done is on disk, whole, and is never done or written again: it is inserted, and a second
insertion is refused by the database.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from experiments.batch.numbers import Layout, Numbers, Part
from experiments.runs import Failed
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from experiments.batch.run import Run

#: Grows when the tables below change.
FORMAT = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS layouts (name TEXT PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS done (
  identity TEXT PRIMARY KEY, seconds REAL NOT NULL, ended REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (
  identity TEXT NOT NULL, part TEXT NOT NULL, layout TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (identity, part)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS planned (
  number INTEGER PRIMARY KEY, policy TEXT NOT NULL, identity TEXT NOT NULL, runs INTEGER NOT NULL, UNIQUE (policy, identity)
);
CREATE TABLE IF NOT EXISTS failed (
  identity TEXT PRIMARY KEY, run TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, traceback TEXT NOT NULL,
  replay TEXT NOT NULL, ended REAL NOT NULL
) WITHOUT ROWID;
"""


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


class Ledger:
    """One ledger; a context manager. ``readonly`` never writes and may look while a driver is at work."""

    def __init__(self, file: Path, readonly: bool = False) -> None:
        self.file = file
        self._layouts: set[str] = set()
        self.ready = True
        try:
            self._open(file, readonly)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # the disk or a lock, not what the file holds
            self._base.close()
            remedy = "put a copy back, or move it away: its runs are done again"
            raise InputErrors([InputError(str(file), f"is damaged: {error}", "a ledger of a batch", remedy)]) from None

    def _open(self, file: Path, readonly: bool) -> None:
        if readonly:
            # Not opened read-only: after a driver was killed in mid-write, the first to look rolls its half write back.
            self._base = sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=60.0)
            self._base.execute("PRAGMA query_only=ON")
            # The last of the tables: without it the driver is just about to make them.
            self.ready = bool(self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'failed'").fetchone())
            return
        self._base = sqlite3.connect(file, timeout=60.0, isolation_level=None)
        # A journal beside the file works on shared disks too, where write-ahead logs do not; FULL waits for the disk.
        self._base.execute("PRAGMA journal_mode=TRUNCATE")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(_TABLES)
        self._base.execute("INSERT OR IGNORE INTO facts VALUES ('format', ?)", (str(FORMAT),))

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def put_done(self, run: Run, numbers: Numbers) -> None:
        """Record a run that ended well, with its numbers, in one transaction."""
        base = self._base
        base.execute("BEGIN IMMEDIATE")
        try:
            for part in numbers.parts:
                if part.layout.name not in self._layouts:
                    base.execute("INSERT OR IGNORE INTO layouts VALUES (?, ?)", (part.layout.name, part.layout.packed))
            base.execute("DELETE FROM failed WHERE identity = ?", (run.identity,))
            base.execute("INSERT INTO done VALUES (?, ?, ?)", (run.identity, numbers.seconds, time.time()))
            base.executemany(
                "INSERT INTO numbers VALUES (?, ?, ?, ?)",
                [(run.identity, part.name, part.layout.name, part.values) for part in numbers.parts],
            )
        except BaseException:
            base.execute("ROLLBACK")
            raise
        base.execute("COMMIT")
        self._layouts.update(part.layout.name for part in numbers.parts)

    def put_failed(self, failed: Failed[Run]) -> None:
        """Record a run that failed; an earlier failure of it is replaced."""
        row = (
            failed.job.identity,
            failed.job.name,
            failed.kind,
            failed.message,
            failed.traceback,
            failed.job.replay,
            time.time(),
        )
        self._base.execute("INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def plan(self, runs: Mapping[tuple[str, str], int]) -> None:
        """Note runs that are to be done: how many by policy and identity (the same one may be asked for twice)."""
        base = self._base
        base.execute("BEGIN IMMEDIATE")
        rows = [(policy, identity, count) for (policy, identity), count in runs.items()]
        base.executemany("INSERT OR IGNORE INTO planned (policy, identity, runs) VALUES (?, ?, ?)", rows)
        base.execute("COMMIT")

    def planned(self) -> dict[tuple[str, str], int]:
        """How many runs were to be done, by policy and identity, in the order in which they were noted."""
        if not self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'planned'").fetchone():
            return {}  # of an earlier version
        rows = self._base.execute("SELECT policy, identity, runs FROM planned ORDER BY number")
        return {(policy, identity): runs for policy, identity, runs in rows}

    def forget_failed(self, identities: Iterable[str]) -> None:
        """Take failures off the ledger, so that their runs are tried again."""
        self._base.executemany("DELETE FROM failed WHERE identity = ?", [(identity,) for identity in identities])

    def state(self) -> list[Any]:
        """What it holds, in short: other runs or failures give another state."""
        base = self._base
        return [base.execute(f"SELECT count(*), max(ended) FROM {table}").fetchone() for table in ("done", "failed")]

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the batch."""
        self._base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def fact(self, name: str) -> str | None:
        """A fact by its name; None when nobody noted it."""
        row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def done(self) -> dict[str, tuple[float, float]]:
        """Runs that ended well: seconds they took and when they ended, by identity."""
        return {row[0]: (row[1], row[2]) for row in self._base.execute("SELECT identity, seconds, ended FROM done")}

    def failures(self) -> list[Failure]:
        """Runs that failed, the earliest first."""
        rows = self._base.execute(
            "SELECT identity, run, kind, message, traceback, replay, ended FROM failed ORDER BY ended, identity"
        )
        return [Failure(*row) for row in rows]

    def layout(self, name: str) -> Layout:
        """A layout by its name."""
        row = self._base.execute("SELECT packed FROM layouts WHERE name = ?", (name,)).fetchone()
        return Layout(name, row[0])

    def numbers_of(self, identity: str) -> Numbers | None:
        """Numbers of one run; None when it is not there."""
        found = self._base.execute("SELECT seconds FROM done WHERE identity = ?", (identity,)).fetchone()
        if found is None:
            return None
        rows = self._base.execute(
            "SELECT part, layout, content FROM numbers WHERE identity = ? ORDER BY part", (identity,)
        ).fetchall()
        return Numbers(tuple(Part(part, self.layout(name), content) for part, name, content in rows), found[0])

    def values(self, part: str) -> Iterator[tuple[str, str, bytes]]:
        """(identity, layout's name, values) of every run's ``part``, one after another, not all in memory."""
        yield from self._base.execute("SELECT identity, layout, content FROM numbers WHERE part = ?", (part,))

    def value(self, identity: str, part: str) -> tuple[str, bytes] | None:
        """(layout's name, values) of one part of one run; None when it is not here."""
        row: tuple[str, bytes] | None = self._base.execute(
            "SELECT layout, content FROM numbers WHERE identity = ? AND part = ?", (identity, part)
        ).fetchone()
        return row
