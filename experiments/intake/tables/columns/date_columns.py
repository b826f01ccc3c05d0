"""Days from text cells: one order of day and month per table, one clock per import, every format reported."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.intake.tables.columns.row_check import RowCheck, quote_cells
from experiments.intake.tables.mapped_tables import MappedTable
from experiments.intake.tables.quality_ledger import NOTED
from experiments.intake.tables.values.date_order import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, find_order, parse_dates
from experiments.intake.tables.values.date_stamps import (
    EPOCH_FORM,
    SERIAL_FORM,
    ZERO_FORM,
    Stamp,
    read_stamp,
)

_ORDER_WORDS = {MONTH_FIRST: "month/day/year", DAY_FIRST: "day/month/year", YEAR_FIRST: "year/month/day"}


def read_dates(table: MappedTable, fields: Sequence[str], check: RowCheck, order: str | None) -> dict[str, pd.Series]:
    """Dates of several fields of a table, with one order of day and month for all of them.

    ``order`` from the mapping file takes precedence. When cells such as 3/4/2017 occur and no cell proves the order, the table
    is refused: guessing would shift rows by months.
    """
    columns = {f: table.cells(f) for f in fields if f in table.columns}
    chosen, settled = _order(table, columns, check, order)
    agreed = table.conventions
    parsed: dict[str, pd.Series] = {}
    for field, cells in columns.items():
        values, bad = parse_dates(cells, chosen, agreed.zone, agreed.serials_1904)
        if settled:
            form = _ORDER_WORDS[chosen] if chosen else "year-month-day"
            check.unusable(
                field,
                bad,
                f"impossible date: {quote_cells(cells[bad])}",
                f"a date from 1900 to 2200, written {form} or 2017-03-25",
            )
        _report_forms(table, field, cells, values, check)
        parsed[field] = values
    missing = pd.Series(np.datetime64("NaT"), index=table.table.frame.index, dtype="datetime64[ns]")
    return {f: parsed.get(f, missing) for f in fields}


def _order(
    table: MappedTable, columns: dict[str, pd.Series], check: RowCheck, order: str | None
) -> tuple[str | None, bool]:
    """Order of day and month of a table, and whether all its cells can be read; otherwise the table is refused."""
    found = find_order(list(columns.values()))
    chosen = order or found.order
    headers = ", ".join(table.header(f) for f in columns)
    seen = found.either + found.month_first_only + found.day_first_only
    if not seen:
        return chosen, True
    if chosen is not None:
        proofs = {MONTH_FIRST: found.month_first_only, DAY_FIRST: found.day_first_only}
        by_rule = (
            f"{proofs[chosen]:,} cells can be read in no other way"
            if chosen in proofs
            else "the last number is not a year"
        )
        why = "the mapping file says so" if order else by_rule
        what = f"dates read as {_ORDER_WORDS[chosen]}; {found.either:,} cells on their own fit both orders"
        check.ledger.add(NOTED, table.file, headers, what, why, count=seen, counted="cell")
        return chosen, True
    check.ledger.refused(
        table.file,
        headers,
        f"{found.either:,} dates fit both month/day and day/month, and no other cell proves the order",
        "dates such as 2017-03-25, or an order that some cell proves",
        'set [rules] date_order = "month_first" or "day_first" in the mapping file',
    )
    return None, False


def _report_forms(table: MappedTable, field: str, cells: pd.Series, values: pd.Series, check: RowCheck) -> None:
    """Report in which formats the dates of a column are written, and what was assumed about each."""
    stamps: dict[str, Stamp | None] = {str(cell): read_stamp(str(cell)) for cell in cells.unique()}
    form = cells.map({cell: stamp.form if stamp else "" for cell, stamp in stamps.items()}).astype("str")
    counts = {name: int(number) for name, number in form[form.ne("")].value_counts().items()}
    header = table.header(field)
    if counts:
        formats = "; ".join(f"{number:,} as {name}" for name, number in counts.items())
        first = cells.index[form.ne("") & values.notna()][:1]
        example = f"'{cells[first[0]]}' is {values[first[0]].date()}" if len(first) else "none can be read"
        what = f"date formats: {formats}"
        check.ledger.add(NOTED, table.file, header, what, example, count=sum(counts.values()), counted="cell")

    def note(mask: pd.Series, what: str, why: str) -> None:
        rows = [int(r) for r in cells.index[mask]]
        if rows:
            check.ledger.add(NOTED, table.file, header, f"{what}: {quote_cells(cells[mask])}", why, rows)

    def having(test: str) -> pd.Series:
        return cells.map({cell: bool(stamp and getattr(stamp, test)) for cell, stamp in stamps.items()}).astype(bool)

    note(having("short_year"), "two-digit years", "each is the latest such year that is not in the future")
    note(having("odd"), "impossible times of day", "the day is used as written")
    note(form.eq(ZERO_FORM), "zeros instead of dates", "programs write them when there is no date; read as blank")
    year = "1904" if table.conventions.serials_1904 else "1900"
    why = f'days are counted as in spreadsheets since {year} ([rules] day_numbers = "since_1904" in the mapping file changes that)'
    note(form.eq(SERIAL_FORM), "day numbers", why)
    note(form.eq(EPOCH_FORM), "moments since 1970", "days are in UTC unless another zone is noted")
