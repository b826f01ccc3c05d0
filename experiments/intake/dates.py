"""Dates as users write them: the order of day and month is decided over whole columns, never cell by cell."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

MONTH_FIRST = "month_first"
DAY_FIRST = "day_first"
ORDERS = (MONTH_FIRST, DAY_FIRST)

_YEAR_FIRST = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[T\s].*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T\s].*)?$")
_NAMED_MONTH = re.compile(r"^(\d{1,2})[-/.\s]([A-Za-z]{3})[A-Za-z]*\.?[-/.,\s]+(\d{4})(?:[T\s].*)?$")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}


@dataclass(frozen=True)
class DateOrder:
    """Which of day and month comes first, and what in the columns shows it (numbers of cells)."""

    order: str | None
    month_first_only: int
    day_first_only: int
    either: int


def find_order(columns: list[pd.Series]) -> DateOrder:
    """Order of day and month over all cells of the columns together; None when no cell can tell.

    A cell such as 3/25/2017 proves month first, 25/3/2017 day first, 3/4/2017 nothing. When both are
    proved the majority wins, and the minority then is an impossible date.
    """
    month_first = day_first = either = 0
    for column in columns:
        for cell, count in column.value_counts().items():
            found = _YEAR_LAST.match(str(cell))
            if not found:
                continue
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second:
                day_first += int(count)
            elif second > 12 >= first:
                month_first += int(count)
            else:
                either += int(count)
    order = None
    if month_first != day_first:
        order = MONTH_FIRST if month_first > day_first else DAY_FIRST
    return DateOrder(order, month_first, day_first, either)


def parse_dates(column: pd.Series, order: str | None) -> tuple[pd.Series, pd.Series]:
    """Dates of a column of text and a mask of cells that are neither blank nor a possible date.

    ``order`` is used for cells such as 3/4/2017; cells that start with the year need none. The time
    of day is dropped.
    """
    known = {cell: _parse(str(cell), order) for cell in column.unique()}
    values = column.map({cell: np.datetime64("NaT") if d is None else np.datetime64(d) for cell, d in known.items()})
    values = pd.to_datetime(values)
    bad = column.ne("") & values.isna()
    return values, bad


def _parse(cell: str, order: str | None) -> date | None:
    year_first = _YEAR_FIRST.match(cell) or _COMPACT.match(cell)
    if year_first:
        return _date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
    named = _NAMED_MONTH.match(cell)
    if named:
        return _date(int(named[3]), _MONTHS.get(named[2].lower(), 0), int(named[1]))
    year_last = _YEAR_LAST.match(cell)
    if not year_last or order is None:
        return None
    first, second, year = int(year_last[1]), int(year_last[2]), int(year_last[3])
    return _date(year, first, second) if order == MONTH_FIRST else _date(year, second, first)


def _date(year: int, month: int, day: int) -> date | None:
    if not 1900 <= year <= 2200:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
