"""The quality ledger of an import: what was corrected, set aside, noted or refused, with counts, rows and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.errors import InputError, InputErrors

#: Kinds of findings: values that could be corrected safely; rows that are not used for some number; and peculiarities that
#: change nothing but that a reader should know of.
CORRECTED = "corrected"
SET_ASIDE = "set aside"
NOTED = "noted"

#: Stands for the file when the error is in an option of the command, not in a file.
COMMAND = "the command"
#: Row numbers quoted for one finding; the count is always complete.
ROWS_QUOTED = 5


@dataclass(frozen=True)
class Finding:
    """One kind of quirk in one column of one file, with the number of rows (or cells) affected; 0: the whole file."""

    kind: str
    file: str
    column: str
    count: int
    what: str
    why: str
    rows: tuple[int, ...] = ()
    counted: str = "row"

    @property
    def extent(self) -> str:
        """How much is affected: ``1 row``, ``15,011 cells``; empty when the finding is about a file as a whole."""
        return f"{self.count:,} {self.counted}{'' if self.count == 1 else 's'}" if self.count else ""

    def line(self) -> str:
        """The finding as one sentence for a terminal."""
        where = f"{self.file}: {self.column}" if self.column else self.file
        return f"{self.kind}: {where}: {self.what}{f' ({self.extent})' if self.count else ''}; {self.why}"


@dataclass
class QualityLedger:
    """Collects findings and refusals while tables are read, so that all of them are reported at once.

    ``discreet`` keeps values of personal columns out of every finding (used when they are hashed).
    """

    discreet: bool = False
    findings: list[Finding] = field(default_factory=list)
    refusals: list[InputError] = field(default_factory=list)

    def add(
        self,
        kind: str,
        file: str,
        column: str,
        what: str,
        why: str,
        rows: Sequence[int] = (),
        count: int | None = None,
        counted: str = "row",
    ) -> None:
        """Record a finding of ``kind`` with its reason: why a correction is safe, what rows are not used for, …"""
        number = len(rows) if count is None else count
        self.findings.append(
            Finding(kind, file, column, number, what, why, tuple(int(r) for r in rows[:ROWS_QUOTED]), counted)
        )

    def refused(
        self,
        file: str,
        column: str,
        problem: str,
        expected: str,
        remedy: str,
        rows: Sequence[int] = (),
        row_word: str = "row",
    ) -> None:
        """Record an error that the user must correct; :meth:`stop_if_refused` raises all of them together."""
        place = file
        if rows:
            place += f", {row_word}{'s' if len(rows) > 1 else ''} {quote_rows(rows)}"
        if file == COMMAND:
            place = f"--{column}" if column else "the command"
        elif column:
            place += f", column '{column}'"
        self.refusals.append(InputError(place=place, problem=problem, expected=expected, remedy=remedy))

    def stop_if_refused(self) -> None:
        """Raise :class:`sim.errors.InputErrors` if anything has been refused so far."""
        if self.refusals:
            raise InputErrors(self.refusals)

    def name(self, value: str, personal: bool = False) -> str:
        """``value`` in quotes, or a stand-in when it is personal and the ledger is discreet."""
        return "(a name)" if personal and self.discreet else f"'{value}'"

    def count(self, kind: str) -> int:
        """Number of rows affected by findings of ``kind``."""
        return sum(f.count for f in self.findings if f.kind == kind)


def quote_rows(rows: Sequence[int]) -> str:
    """The first few row numbers and how many more there are: ``3, 9, 12 and 40 more``."""
    head = ", ".join(str(int(r)) for r in rows[:ROWS_QUOTED])
    rest = len(rows) - ROWS_QUOTED
    return f"{head} and {rest:,} more" if rest > 0 else head
