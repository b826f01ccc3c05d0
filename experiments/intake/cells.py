"""Typed columns from text cells: amounts and names, every unusable cell refused or set aside with its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from experiments.intake.amounts import COMMA, POINT, parse_amounts
from experiments.intake.conventions import MONEY
from experiments.intake.currency_evidence import units_of
from experiments.intake.headers import MappedTable
from experiments.intake.left_out import LeftOut, judge
from experiments.intake.names import match_names, nearest
from experiments.intake.quality import MENDED, NOTED, SET_ASIDE, QualityLedger

#: Largest amount taken for one: beyond it, minor units would not fit the books.
LARGEST = 1e10
#: Ten thousands, thousands, millions in words or letters behind a number.
_MULTIPLE = r"(?i)\d\s*(?:[万萬亿億千]|k|m|mn|mm|mio|mrd|bn|mln|tsd|lakh|crore|thousand|million|billion)\b"
_EXPONENT = r"\d[eE][-+]?\d"
#: Kinds of tables whose rows can be left out one by one.
_LEFT_OUT = ("opportunities", "transactions")
#: Values of [rules] unusable_rows that set rows aside: the first as long as nothing but accidents is lost.
_IF_FEW, _ANY = "set_aside", "set_aside_even_if_systematic"


@dataclass
class RowCheck:
    """Rows of one table that cannot be used: refused together, or set aside and counted when the user says so (``rule``)."""

    table: MappedTable
    ledger: QualityLedger
    rule: str
    dropped: pd.Series
    _aside: pd.Series

    @classmethod
    def of(cls, table: MappedTable, ledger: QualityLedger, rule: str) -> RowCheck:
        """A check with no row dropped yet; ``rule`` is [rules] unusable_rows of the mapping file."""
        none = pd.Series(False, index=table.table.frame.index)
        return cls(table, ledger, rule, none, none.copy())

    def unusable(self, field: str, bad: pd.Series, problem: str, expected: str) -> None:
        """Report the rows where ``bad`` holds; they are dropped when the user chose to set aside and no part goes with them."""
        bad = bad & ~self.dropped
        rows = [int(r) for r in bad.index[bad]]
        if not rows:
            return
        left_out = judge(self.table, bad, self._aside, field)
        file, header = self.table.file, self.table.header(field)
        if self.rule == _ANY or (self.rule == _IF_FEW and not left_out.harmful):
            why = f"not usable: expected {expected}; rows set aside so far: {left_out.told}"
            self.ledger.add(SET_ASIDE, file, header, problem, why, rows)
            self.dropped |= bad
            self._aside = self._aside | bad
            return
        if self.rule == _IF_FEW:
            problem = f"{problem}: too much would be set aside ({left_out.told})"
        self.ledger.refused(file, header, problem, expected, self._remedy(left_out), rows)

    def _remedy(self, left_out: LeftOut) -> str:
        """Only deals and invoice lines can be left out: of a product or a rep of a list nothing else would be known."""
        if self.table.kind.name not in _LEFT_OUT:
            return "mend the cells"
        if self.rule == _IF_FEW:
            return (
                f'mend the cells, or their form where the export was made; [rules] unusable_rows = "{_ANY}" leaves them '
                "out all the same, and numbers are those of another market then"
            )
        if left_out.harmful:
            return f"mend the cells, or their form where the export was made: too much to leave out ({left_out.told})"
        return (
            f'mend the cells, or set [rules] unusable_rows = "{_IF_FEW}" in the mapping file to leave these rows out, '
            f"counted ({left_out.told})"
        )

    def keep(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of ``frame`` that were not set aside."""
        return frame[~self.dropped.reindex(frame.index, fill_value=False)]


def amounts(table: MappedTable, field: str, check: RowCheck, *, minimum: float | None = 0.0) -> pd.Series:
    """Numbers of a field (NaN where blank); cells that are no number or below ``minimum`` are unusable.

    Money is in the currency of the import. How numbers are written, and the currency, is decided before for all tables
    together (``table.conventions``).
    """
    cells, agreed = table.cells(field), table.conventions
    style = POINT if table.columns.get(field) in table.table.numeric else agreed.style
    values, bad = parse_amounts(cells, style, agreed.credits)
    if field not in MONEY and field != "revenue":
        bad |= units_of(cells).map(len).gt(0)  # pieces have no currency: this is another column
    values = values * agreed.factors.get(field, 1.0)
    _refuse_words(table, field, cells, bad, style, check)
    rounded = cells.str.contains(_EXPONENT) & ~bad & (table.columns.get(field) not in table.table.numeric)
    if rounded.any():
        why = "spreadsheets write them when a column is narrow, and may have cut digits off"
        rows = [int(r) for r in cells.index[rounded]]
        what = f"numbers with an exponent: {examples(cells[rounded])}"
        check.ledger.add(NOTED, table.file, table.header(field), what, why, rows)
    if minimum is not None:
        low = values.lt(minimum)
        check.unusable(field, low, f"below {minimum:g}: {examples(cells[low])}", f"a number of at least {minimum:g}")
    high = (values.abs() if minimum is None else values).gt(LARGEST)
    check.unusable(field, high, f"above {LARGEST:g}: {examples(cells[high])}", f"a number of at most {LARGEST:g}")
    return values.where(~bad & ~high)


def _refuse_words(
    table: MappedTable, field: str, cells: pd.Series, bad: pd.Series, style: str, check: RowCheck
) -> None:
    """Report cells that are no number, apart by what stands beside the digits."""
    multiple = bad & cells.str.contains(_MULTIPLE)
    percent = bad & ~multiple & cells.str.contains("[%‰％]")
    example = "1250 or 1.250,00" if style == COMMA else "1250 or 1,250.00"
    whole = "the whole number: nobody can tell how it was rounded"
    check.unusable(field, multiple, f"in thousands or more: {examples(cells[multiple])}", whole)
    check.unusable(field, percent, f"a share, no amount: {examples(cells[percent])}", f"a number such as {example}")
    rest = bad & ~multiple & ~percent
    check.unusable(field, rest, f"not a number: {examples(cells[rest])}", f"a number such as {example}")


def matched(
    table: MappedTable,
    field: str,
    valid: Sequence[str],
    aliases: Mapping[str, str],
    ledger: QualityLedger,
    *,
    valid_file: str,
    personal: bool,
) -> pd.Series:
    """Names of a field as the valid list spells them; unknown names stay as written (see :func:`unknown_names`).

    Every changed spelling is reported with its rows.
    """
    cells = table.cells(field)
    matches = match_names([c for c in cells.unique() if c], valid, aliases)
    for written, match in matches.items():
        if match is None or match.how == "exact":
            continue
        rows = [int(r) for r in cells.index[cells == written]]
        why = {
            "alias": "the mapping file says so",
            "spacing": f"the same name but for spacing, case or punctuation as in {valid_file}",
            "similar": f"the only name in {valid_file} that is nearly the same",
        }[match.how]
        what = f"{ledger.name(written, personal)} read as {ledger.name(match.name, personal)}"
        ledger.add(MENDED, table.file, table.header(field), what, why, rows)
    return cells.map({w: (m.name if m else w) for w, m in matches.items()} | {"": ""}).astype("str")


def unknown_names(names: pd.Series, valid: Sequence[str]) -> dict[str, list[int]]:
    """Names that are not in the valid list, each with its rows."""
    unknown = names[names.ne("") & ~names.isin(list(valid))]
    return {str(n): [int(r) for r in rows] for n, rows in unknown.groupby(unknown).groups.items()}


def suggest(name: str, valid: Sequence[str]) -> str:
    """' (did you mean …?)' for a message, or nothing when no valid name is near."""
    near = nearest(name, valid)
    return f" (did you mean '{near}'?)" if near else ""


def examples(cells: pd.Series) -> str:
    """The first three different cells, for a message."""
    different = list(dict.fromkeys(str(c) for c in cells))[:3]
    return ", ".join(f"'{c}'" for c in different)
