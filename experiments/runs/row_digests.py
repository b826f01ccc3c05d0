"""Whether a ledger is whole: the digest of every row, taken again when it is read, and of all rows together.

A row's own digest shows a changed one. All digests joined by exclusive or, kept as a fact in the same transaction, show a
row that was lost, added or moved from another ledger.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.digests import digest_of
from experiments.runs.numbers import Layout
from sim.errors import InputError, InputErrors

#: The fact that holds the digests of all rows together, and its value for none.
ALL, NOTHING = "rows", "0" * 32
#: What reading damaged rows raises besides the database's own errors.
NOT_READ = (ValueError, TypeError, KeyError, OverflowError)
#: Words of the database about the disk, a lock or a right, which no copy repairs.
_OF_THE_SYSTEM = ("locked", "busy", "full", "disk i/o", "readonly", "unable to open", "not permitted")
_SHOWN = 5


class RunsDamaged(InputErrors):
    """Runs that are no longer what was written; ``identities`` by ledger, ``lost`` where rows are missing or too many."""

    def __init__(self, identities: Mapping[Path, Sequence[str]], lost: bool = False) -> None:
        mistakes = []
        for file, found in identities.items():
            names = ", ".join(name[:8] for name in found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "")
            wording = f"{len(found)} of its runs were damaged: {names}" if found else "rows of it were lost or added"
            remedy = f"`deepmarket batch resume {file.parent}` reruns them, or put a copy of the ledger back"
            mistakes.append(InputError(str(file), wording, "runs as they were written, to the last bit", remedy))
        super().__init__(mistakes)
        self.identities, self.lost = dict(identities), lost

    def __reduce__(self) -> tuple[Any, ...]:
        return RunsDamaged, (self.identities, self.lost)


@dataclass(frozen=True)
class DoneRow:
    """A run that ended well: seconds it took, when it ended, and the digests of its parts by name."""

    seconds: float
    ended: float
    parts: Mapping[str, str]


@dataclass
class Rows:
    """Rows of a ledger that are whole, those that are not, and whether some were lost or added."""

    done: dict[str, DoneRow] = field(default_factory=dict)
    damaged: set[Any] = field(default_factory=set)
    lost: bool = False


class Changes:
    """The digest of all rows while some come and go."""

    def __init__(self, start: str) -> None:
        self._all = int(start, 16)

    def toggle(self, digest: str) -> None:
        """A row comes, or goes."""
        self._all ^= int(digest, 16)

    @property
    def all(self) -> str:
        """Digests of all rows, joined."""
        return f"{self._all:032x}"


def digest_of_part(identity: Any, part: Any, layout: Any, content: Any) -> str:
    """Digest of one table of one run."""
    return digest_of("part", identity, part, layout, content)


def whole_rows(base: sqlite3.Connection, noted: str | None) -> Rows:
    """Runs that are done, each looked at, compared with what was ``noted`` of all of them."""
    found, changes = Rows(), Changes(NOTHING)
    for row in base.execute("SELECT identity, seconds, ended, parts, digest FROM done"):
        identity, digest = row[0], row[-1]
        if digest_of("done", *row[:-1]) != digest:
            found.damaged.add(identity)
        else:
            found.done[identity] = DoneRow(row[1], row[2], json.loads(row[3]))
            changes.toggle(digest)
    for row in base.execute("SELECT identity, run, kind, message, traceback, replay, ended, digest FROM failed"):
        if digest_of("failed", *row[:-1]) != row[-1]:
            found.damaged.add(row[0])
        else:
            changes.toggle(row[-1])
    found.lost = not found.damaged and changes.all != noted
    return found


def done_row(base: sqlite3.Connection, identity: str) -> DoneRow | None:
    """One run that is done. Raises ValueError for a damaged one."""
    row = base.execute(
        "SELECT identity, seconds, ended, parts, digest FROM done WHERE identity = ?", (identity,)
    ).fetchone()
    if row is None:
        return None
    if digest_of("done", *row[:-1]) != row[-1]:
        raise ValueError(f"the run {identity[:8]} is not what was written")
    return DoneRow(row[1], row[2], json.loads(row[3]))


def damaged_numbers(base: sqlite3.Connection, done: Mapping[str, DoneRow]) -> set[Any]:
    """Identities of runs in ``done`` whose numbers are not what was written, or are not all there."""
    wrong: set[Any] = set()
    left = {(identity, part) for identity, row in done.items() for part in row.parts}
    broken = {name for (name,) in broken_layouts(base)}
    layouts = {name for (name,) in base.execute("SELECT name FROM layouts")} - broken
    for identity, part, layout, content in base.execute("SELECT identity, part, layout, content FROM numbers"):
        row = done.get(identity)
        if row is not None and (
            row.parts.get(part) != digest_of_part(identity, part, layout, content) or layout not in layouts
        ):
            wrong.add(identity)
        left.discard((identity, part))
    return wrong | {identity for identity, _ in left}


def broken_layouts(base: sqlite3.Connection) -> list[tuple[Any]]:
    """Names of layouts that are not what was written."""
    rows = base.execute("SELECT name, packed FROM layouts").fetchall()
    return [(name,) for name, packed in rows if not Layout(name, packed).is_whole()]


def all_digests(base: sqlite3.Connection) -> Iterator[str]:
    """Digests of all rows."""
    for table in ("done", "failed"):
        for (digest,) in base.execute(f"SELECT digest FROM {table}"):
            yield digest


def storable(value: Any) -> Any:
    """A text as a database can hold it: letters that no encoding has are written out."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def is_of_the_system(error: BaseException) -> bool:
    """Whether the disk, a lock or a right is at fault, not what the file holds."""
    return isinstance(error, sqlite3.OperationalError) and any(word in str(error).lower() for word in _OF_THE_SYSTEM)


def damaged(file: Path, what: str) -> InputError:
    """A ledger that cannot be read."""
    remedy = "put a copy back, or move it away: its runs are rerun"
    return InputError(str(file), f"is damaged: {what}", "a ledger of a batch", remedy)


def older(file: Path) -> InputError:
    """A ledger without digests."""
    problem = "was written by a version that kept no digests: nobody can say whether its runs are whole"
    return InputError(str(file), problem, "a ledger of this version", "run the design in another folder with --out")
