"""Where a table begins and ends: lines above its headers, totals and notes below it, repeated headers in between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from experiments.intake.tables.files.delimited import Row
from experiments.intake.tables.quality_ledger import NOTED, SET_ASIDE, QualityLedger
from experiments.intake.tables.schema.crm_kinds import CRM_KINDS
from experiments.intake.tables.schema.invoice_kind import INVOICE_KINDS
from experiments.intake.tables.values.currency_symbols import header_without_unit
from experiments.intake.tables.values.name_matching import normalised

#: Lines searched for headers, and rows that show how wide the table is.
_SEARCHED, _MEASURED = 40, 200
_TOTAL = re.compile(
    r"(?i)^(grand |sub ?|report |overall )?(total|totals|sum|summe|gesamt|gesamtsumme|zwischensumme|totale|somme|suma)\b"
    r"|^(合计|总计|小计|總計|合計)"
)


def find_headers(rows: Sequence[Row]) -> int:
    """Number of rows (none of them blank) above the headers.

    The headers are the first row, unless it is narrower than most and names fewer than two known fields. Then they are the
    first row that names two; failing that, below a title, the first row that is as wide as most and has no blank or number.
    """
    widths = Counter(row.width for row in rows[:_MEASURED])
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    if not rows or rows[0].width >= usual or _known(rows[0]) >= 2:
        return 0
    searched = range(1, min(_SEARCHED, len(rows)))
    named = next((k for k in searched if _known(rows[k]) >= 2), None)
    if named is not None:
        return named
    if 2 * rows[0].width > usual:
        return 0
    return next((k for k in searched if rows[k].width >= usual and _is_words(rows[k])), 0)


def report_lines_above(file: str, above: Sequence[Row], headers: Row, ledger: QualityLedger) -> None:
    """Report which lines above the headers are not read."""
    if above:
        seen = "; ".join(" ".join(cell.strip() for cell in row.cells if cell.strip())[:60] for row in above[:3])
        text = "" if ledger.discreet else f": {seen}{' …' if len(above) > 3 else ''}"
        what = f"lines above the headers skipped{text}"
        why = f"the headers are in line {headers.first}"
        ledger.add(NOTED, file, "", what, why, [row.first for row in above], counted="line")


def drop_totals(file: str, headers: Row, rows: Sequence[Row], ledger: QualityLedger) -> list[Row]:
    """Rows of data, without totals, notes below the table and repeated headers; each kind is reported."""
    width = headers.width
    names = [cell.strip() for cell in headers.cells[:width]]
    again = [
        row
        for row in rows
        if row.cells[0].strip() == names[0] and [cell.strip() for cell in row.cells[:width]] == names and width > 1
    ]
    totals = [row for row in rows if _TOTAL.match(_first(row)) and _is_total(row, width)]
    removed: set[int] = set()
    for found, what, why in (
        (again, "headers printed again", "they are not data"),
        (totals, "rows of totals", "they add up rows that are already counted"),
        (_notes_below(rows, totals, width), "lines below the table", "they have only one cell"),
    ):
        dropped = [row for row in found if row.first not in removed]
        removed |= {row.first for row in dropped}
        if dropped:
            text = ledger.name(_first(dropped[0])[:60], personal=True)
            ledger.add(SET_ASIDE, file, "", f"{what}: {text}", why, [row.first for row in dropped])
    return [row for row in rows if row.first not in removed] if removed else list(rows)


def _is_total(row: Row, width: int) -> bool:
    """Whether half of the row is blank and something after its first word has digits."""
    sums = any(char.isdigit() for cell in row.cells for char in cell if cell.strip() != _first(row))
    return sums and 2 * _filled(row) <= width


def _notes_below(rows: Sequence[Row], totals: Sequence[Row], width: int) -> list[Row]:
    """One-cell lines at the end, separated from the table by a blank line or a total, or much narrower than all other rows."""
    end = len(rows)
    while end and _filled(rows[end - 1]) == 1 and rows[end - 1].cells[0].strip() and width > 2:
        end -= 1
    notes = rows[end:]
    if not notes or not end:
        return []
    apart = notes[0].first - rows[end - 1].last > 1 or any(row is rows[end - 1] for row in totals)
    ragged = width <= 3 or any(len(row.cells) > 1 for row in notes) or any(len(row.cells) == 1 for row in rows[:end])
    return list(notes) if apart or not ragged else []


@cache
def _spellings() -> frozenset[str]:
    return frozenset(normalised(s) for kind in (*CRM_KINDS, *INVOICE_KINDS) for f in kind.fields for s in f.spellings)


def _known(row: Row) -> int:
    """Number of cells that are a known spelling of some field."""
    forms = {form for cell in row.cells for form in (normalised(cell), normalised(header_without_unit(cell))) if form}
    return len(forms & _spellings())


def _is_words(row: Row) -> bool:
    return all(cell.strip() and not re.fullmatch(r"[\W\d]+", cell.strip()) for cell in row.cells[: row.width])


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _first(row: Row) -> str:
    return next((cell.strip() for cell in row.cells if cell.strip()), "")
