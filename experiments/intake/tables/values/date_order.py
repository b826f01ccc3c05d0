"""Dates of whole columns: the order of day and month is decided from all cells together, never cell by cell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from experiments.intake.tables.values.date_stamps import (
    ORDERED_FORM,
    SERIAL_FORM,
    SHORT_FORM,
    ZERO_FORM,
    Stamp,
    read_stamp,
)
from experiments.intake.tables.values.local_clock import LocalClock

MONTH_FIRST = "month_first"
DAY_FIRST = "day_first"
YEAR_FIRST = "year_first"
ORDERS = (MONTH_FIRST, DAY_FIRST, YEAR_FIRST)
#: Days from the zero of day numbers on PCs to that of Macintosh spreadsheets before 2011.
SERIALS_1904 = 1462


@dataclass(frozen=True)
class DateOrder:
    """Whether day or month comes first, and the evidence in the columns (numbers of cells)."""

    order: str | None
    month_first_only: int
    day_first_only: int
    either: int


def find_order(columns: list[pd.Series]) -> DateOrder:
    """Order of day and month, from all cells of the columns together; None when no cell shows it.

    A cell such as 3/25/2017 proves month first, 25/3/2017 day first, 3/4/2017 nothing. When both are proved the majority
    wins, and cells of the minority become impossible dates. Three two-digit numbers have the year first when the last
    number of some cell cannot be a past year, and the last number takes more values than the first.
    """
    month_first = day_first = either = 0
    short: Counter[tuple[int, int, int]] = Counter()
    for column in columns:
        for cell, count in column.value_counts().items():
            stamp = read_stamp(str(cell))
            if stamp is None or stamp.form not in (ORDERED_FORM, SHORT_FORM):
                continue
            if stamp.form == SHORT_FORM:
                short[stamp.numbers] += int(count)
            first, second, _ = stamp.numbers
            if first > 12 >= second:
                day_first += int(count)
            elif second > 12 >= first:
                month_first += int(count)
            else:
                either += int(count)
    if _years_first(short):
        return DateOrder(YEAR_FIRST, 0, 0, sum(short.values()))
    order = None
    if month_first != day_first:
        order = MONTH_FIRST if month_first > day_first else DAY_FIRST
    return DateOrder(order, month_first, day_first, either)


def _years_first(short: Counter[tuple[int, int, int]]) -> bool:
    possible = bool(short) and all(month <= 12 and 1 <= day <= 31 for _, month, day in short)
    beyond = any(last > date.today().year % 100 for _, _, last in short)
    return possible and beyond and len({a for a, _, _ in short}) < len({c for _, _, c in short})


def parse_dates(
    column: pd.Series, order: str | None, zone: LocalClock | None = None, serials_1904: bool = False
) -> tuple[pd.Series, pd.Series]:
    """Days of a text column and a mask of cells that are neither blank nor a possible date.

    ``order`` is used for cells such as 3/4/2017; cells that start with the year do not need it. The time of day is dropped
    after moments with a zone have been converted to the clock ``zone`` (None: times stay as written).
    A zero that means no date is NaT and does not count as bad.
    """
    stamps = {cell: read_stamp(str(cell)) for cell in column.unique()}
    known = {cell: _day(stamp, order, zone, serials_1904) for cell, stamp in stamps.items() if stamp is not None}
    days = {cell: np.datetime64(known[cell]) if known.get(cell) else np.datetime64("NaT") for cell in stamps}
    values = pd.to_datetime(column.map(days))
    zeros = column.map({cell: stamp is not None and stamp.form == ZERO_FORM for cell, stamp in stamps.items()})
    bad = column.ne("") & values.isna() & ~zeros.astype(bool)
    return values, bad


def _day(stamp: Stamp, order: str | None, zone: LocalClock | None, serials_1904: bool) -> date | None:
    first, second, third = stamp.numbers
    if stamp.form == ZERO_FORM:
        return None
    if stamp.form in (ORDERED_FORM, SHORT_FORM):
        if order is None or (order == YEAR_FIRST and stamp.form == ORDERED_FORM):
            return None
        year, month, day = {
            MONTH_FIRST: (third, first, second),
            DAY_FIRST: (third, second, first),
            YEAR_FIRST: (first, second, third),
        }[order]
    else:
        year, month, day = first, second, third
    if stamp.short_year:
        year = full_year(year)
    if not 1900 <= year <= 2200:
        return None
    try:
        found = datetime(year, month, day)
    except ValueError:
        return None
    if stamp.form == SERIAL_FORM and serials_1904:
        found += timedelta(days=SERIALS_1904)
    if zone is not None and stamp.offset is not None and stamp.minutes is not None:
        universal = found + timedelta(minutes=stamp.minutes - stamp.offset)
        moment = int(universal.replace(tzinfo=UTC).timestamp()) // 60
        found = universal + timedelta(minutes=zone.offset_at(moment))
    return found.date()


def full_year(short: int) -> int:
    """Year of a two-digit number: the latest one that is not in the future."""
    this = date.today().year
    return this - (this - short) % 100
