"""Misplaced quotation marks: rows that end up inside a cell are refused, line breaks that belong there are reported."""

from __future__ import annotations

import re
from collections.abc import Sequence

from experiments.intake.tables.files.delimited import Row
from experiments.intake.tables.quality_ledger import CORRECTED, NOTED, QualityLedger

#: Rows that show what cells of each column look like.
_SAMPLE = 2_000
_REMEDY = 'double a mark that belongs to the text (24"" monitor) or remove it, and close every mark that opens a cell'


def check_quotes(file: str, headers: Sequence[str], rows: Sequence[Row], delimiter: str, ledger: QualityLedger) -> bool:
    """Refuse rows whose marks swallow other rows or cells (False then); report cells with line breaks and stray marks."""
    odd = [row for row in rows if row.broken or row.stray or row.unclosed or row.escaped]
    if not odd:
        return True
    refused = len(ledger.refusals)
    _refuse_unclosed(file, headers, odd, ledger)
    forms = _forms_of(rows[1:], len(headers))  # the first row holds the headers
    swallowing = [row for row in odd if not row.unclosed and _swallows(row, len(headers), delimiter, forms)]
    if swallowing:
        one = swallowing[0]
        more = f"; the same goes for {len(swallowing) - 1} more cells" if len(swallowing) > 1 else ""
        problem = (
            f"a quotation mark opened in {_place(one, headers)} is closed in line {one.last}: the cell in between "
            f"contains what look like rows or cells of other columns{more}"
        )
        ledger.refused(
            file, "", problem, "cells that end in their own row and column", _REMEDY, [row.first for row in swallowing]
        )
    _report_oddities(file, odd, ledger)
    return len(ledger.refusals) == refused


def _refuse_unclosed(file: str, headers: Sequence[str], odd: Sequence[Row], ledger: QualityLedger) -> None:
    for row in odd:
        if row.unclosed:
            problem = (
                f"a quotation mark is opened in {_place(row, headers)} and never closed up to the last line, {row.last}"
            )
            ledger.refused(file, "", problem, "a closing mark for every opening one", _REMEDY, [row.first])


def _report_oddities(file: str, odd: Sequence[Row], ledger: QualityLedger) -> None:
    lines = sum(row.last - row.first for row in odd if row.broken)
    for kind, rows, what, why in (
        (
            NOTED,
            [row.first for row in odd if row.broken],
            f"cells with line breaks; the file has {lines:,} more lines than rows because of them",
            "the lines do not look like rows",
        ),
        (
            NOTED,
            [row.first for row in odd if row.stray],
            "quotation marks inside a cell that are not doubled, kept as text",
            "the row has as many cells as headers",
        ),
        (
            CORRECTED,
            [row.first for row in odd if row.escaped],
            "quotation marks after a backslash read as part of the cell",
            "the rows cannot be split in any other way",
        ),
    ):
        if rows:
            ledger.add(kind, file, "", what, why, rows)


def _place(row: Row, headers: Sequence[str]) -> str:
    column = (row.broken or row.stray or (len(row.cells) - 1,))[0]
    name = f" (column '{headers[column]}')" if column < len(headers) else ""
    return f"line {row.first}{name}"


def _swallows(row: Row, width: int, delimiter: str, forms: Sequence[set[str]]) -> bool:
    """Whether a cell of the row contains cells of other columns, or whole rows."""
    for column in {*row.broken, *row.stray}:
        cell = row.cells[column]
        holds = delimiter in cell
        if column in row.stray and (holds or column in row.broken or row.width != width):
            return True
        if holds and (len(row.cells) != width or _looks_like_rows(cell, column, width, delimiter, forms)):
            return True
    return False


def _looks_like_rows(cell: str, column: int, width: int, delimiter: str, forms: Sequence[set[str]]) -> bool:
    """Whether the lines of a cell would be rows by themselves: as many cells, most of the form usual in their columns.

    The first line may be the end of a row that begins before the cell, the last one the start of a row that ends after it.
    """
    first, *inner, last = (line.split(delimiter) for line in cell.split("\n"))
    if any(len(line) == width and _fit(line, 0, forms) for line in inner):
        return True
    whole = column + len(first) == width and len(last) + width - column - 1 == width
    tail, head = first[1:], last[:-1]
    return whole and (_fit(tail, column + 1, forms) or not tail) and (_fit(head, 0, forms) or not head)


def _fit(cells: Sequence[str], column: int, forms: Sequence[set[str]]) -> bool:
    """Whether at least half of the cells, from ``column`` on, have a form that occurs elsewhere in their column.

    Where no other row shows any form, the number of cells alone decides.
    """
    if not any(forms):
        return True
    given = [_form(cell) in forms[k] for k, cell in enumerate(cells, column) if cell.strip()]
    return bool(given) and 2 * sum(given) >= len(given)


def _forms_of(rows: Sequence[Row], width: int) -> list[set[str]]:
    good = [row for row in rows[: 10 * _SAMPLE] if len(row.cells) == width and not row.broken and not row.stray][
        :_SAMPLE
    ]
    return [{_form(row.cells[k]) for row in good} for k in range(width)]


def _form(cell: str) -> str:
    """What a cell looks like: runs of letters and of digits shrink to one character ('INV-0042' and 'C-7' are alike)."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell.strip()))
