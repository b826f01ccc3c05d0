"""What all tables of one import agree on: the style of numbers, the currency of money, the clock of dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from experiments.intake.tables.values.amounts import POINT
from experiments.intake.tables.values.local_clock import LocalClock

#: Fields whose cells are money, and all fields whose cells are numbers; names mean the same in every kind of table.
MONEY = ("price", "value", "list_price", "unit_cost")
NUMBERS = (*MONEY, "quantity", "units", "revenue", "employees", "founded")
#: Fields whose cells are dates.
DATES = ("day", "opened", "closed")


@dataclass(frozen=True)
class Currency:
    """The currency of a scenario and what it rests on."""

    code: str
    how: str


@dataclass(frozen=True)
class Conventions:
    """How the cells of a table are to be read.

    ``credits`` is the sign of amounts marked CR. ``factors`` turn the money of a field, row by row, into the currency
    of the scenario; a field without any is in it already. ``zone`` is the clock that stamps with a
    zone are turned to, None where they stay as written; ``serials_1904`` says since when day numbers count.
    """

    style: str = POINT
    credits: float = -1.0
    factors: Mapping[str, pd.Series] = field(default_factory=dict)
    zone: LocalClock | None = None
    serials_1904: bool = False
