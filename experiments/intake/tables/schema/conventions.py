"""What all tables of one import have in common: the number style, the currency, the clock of dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from experiments.intake.tables.values.amounts import POINT
from experiments.intake.tables.values.local_clock import LocalClock

#: Fields whose cells are money, and all fields whose cells are numbers; a name means the same in every kind of table.
MONEY = ("price", "value", "list_price", "unit_cost")
NUMBERS = (*MONEY, "quantity", "units", "revenue", "employees", "founded")
#: Fields whose cells are dates.
DATES = ("day", "opened", "closed")


@dataclass(frozen=True)
class Currency:
    """The currency of a scenario and how it was determined."""

    code: str
    how: str


@dataclass(frozen=True)
class Conventions:
    """How the cells of a table are to be read.

    ``credits`` is the sign of amounts marked CR. ``factors`` convert the money of a field, row by row, into the currency of
    the scenario; a field without factors is in that currency already. ``zone`` is the clock to which times with a zone are
    converted (None: they stay as written); ``serials_1904`` says that day numbers count from 1904.
    """

    style: str = POINT
    credits: float = -1.0
    factors: Mapping[str, pd.Series] = field(default_factory=dict)
    zone: LocalClock | None = None
    serials_1904: bool = False
