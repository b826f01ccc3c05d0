"""Numbers from text cells: every cell that is not a usable number is reported with its row."""

from __future__ import annotations

import pandas as pd

from experiments.intake.tables.columns.row_check import RowCheck, quote_cells
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.notation.currency_mentions import currencies_of_amounts
from experiments.intake.tables.quality_ledger import NOTED
from experiments.intake.tables.schema.conventions import MONEY
from experiments.intake.tables.values.amounts import COMMA, POINT, parse_amounts

#: Largest amount accepted: beyond it, minor units would not fit the books.
LARGEST = 1e10
#: Ten thousands, thousands, millions in words or letters after a number.
_MULTIPLE = r"(?i)\d\s*(?:[万萬亿億千]|k|m|mn|mm|mio|mrd|bn|mln|tsd|lakh|crore|thousand|million|billion)\b"
_EXPONENT = r"\d[eE][-+]?\d"


def read_amounts(table: MappedTable, field: str, check: RowCheck, *, minimum: float | None = 0.0) -> pd.Series:
    """Numbers of a field (NaN where blank); cells that are not a number or are below ``minimum`` are unusable.

    Money is in the currency of the import. The number style and the currency have been decided for all tables together
    (``table.conventions``).
    """
    cells, conventions = table.cells(field), table.conventions
    style = POINT if table.columns.get(field) in table.table.numeric else conventions.style
    values, bad = parse_amounts(cells, style, conventions.credits)
    if field not in MONEY and field != "revenue":
        bad |= currencies_of_amounts(cells).map(len).gt(0)  # units have no currency: this is a different column
    values = values * conventions.factors.get(field, 1.0)
    _refuse_words(table, field, cells, bad, style, check)
    rounded = cells.str.contains(_EXPONENT) & ~bad & (table.columns.get(field) not in table.table.numeric)
    if rounded.any():
        why = "spreadsheets write them when a column is narrow, and may have dropped digits"
        rows = [int(r) for r in cells.index[rounded]]
        what = f"numbers with an exponent: {quote_cells(cells[rounded])}"
        check.ledger.add(NOTED, table.file, table.header(field), what, why, rows)
    if minimum is not None:
        low = values.lt(minimum)
        check.unusable(field, low, f"below {minimum:g}: {quote_cells(cells[low])}", f"a number of at least {minimum:g}")
    high = (values.abs() if minimum is None else values).gt(LARGEST)
    check.unusable(field, high, f"above {LARGEST:g}: {quote_cells(cells[high])}", f"a number of at most {LARGEST:g}")
    return values.where(~bad & ~high)


def _refuse_words(
    table: MappedTable, field: str, cells: pd.Series, bad: pd.Series, style: str, check: RowCheck
) -> None:
    """Report cells that are not numbers, grouped by what accompanies the digits."""
    multiple = bad & cells.str.contains(_MULTIPLE)
    percent = bad & ~multiple & cells.str.contains("[%‰％]")
    example = "1250 or 1.250,00" if style == COMMA else "1250 or 1,250.00"
    whole = "the full number: there is no way to tell how it was rounded"
    check.unusable(field, multiple, f"in thousands or larger units: {quote_cells(cells[multiple])}", whole)
    check.unusable(
        field, percent, f"a share, not an amount: {quote_cells(cells[percent])}", f"a number such as {example}"
    )
    rest = bad & ~multiple & ~percent
    check.unusable(field, rest, f"not a number: {quote_cells(cells[rest])}", f"a number such as {example}")
