"""The customer database in the state: who is on record, and a view whose columns are gathered when read."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.derived.call_hours import expected_lengths_of_calls
from sim.state import Ints, MarketState
from sim.views import CustomersSeen
from sim.views.view import NO_WEEK

#: Columns of the database that are weeks.
_DATES = ("last_order", "confirmed")


def recorded(state: MarketState) -> Ints:
    """Rows of the customers on record with the firm: known, served by a rep, or asked in a survey of needs.

    It knows neither who the others are nor how many there are.
    """
    here = state.knowledge.known | (state.knowledge.rep >= 0)
    if len(state.headquarters.stated_needs):
        here |= np.isfinite(state.headquarters.stated_needs).all(axis=1)
    return np.flatnonzero(here)


def see_customers(state: MarketState, rows: Ints | None = None) -> CustomersSeen:
    """The customer database of now: the customers in ``rows``, by default all that the firm has on record."""
    seen = object.__new__(_Database)
    seen.__dict__.update(_state=state, _rows=rows, week=state.calendar)
    return seen


class _Database(CustomersSeen):
    """The database without copies: a column is gathered when a rule first reads it, and most are never read."""

    PLAIN: ClassVar[type[CustomersSeen]] = CustomersSeen

    def __len__(self) -> int:
        return len(self._picked())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in CustomersSeen.__dataclass_fields__:
            raise AttributeError(name)
        column = self.__dict__[name] = _column(self.__dict__["_state"], name, self._picked())
        column.flags.writeable = False
        return column

    def _picked(self) -> Ints:
        rows: Ints | None = self.__dict__["_rows"]
        if rows is None:
            rows = self.__dict__["_rows"] = recorded(self.__dict__["_state"])
        return rows


def _column(state: MarketState, name: str, rows: Ints) -> NDArray[Any]:
    """One column of the database for the customers in ``rows``, a copy."""
    if name == "key":
        return state.alias[rows]
    if name == "territory":
        return state.customers.territory[rows]
    if name == "call_length":
        return expected_lengths_of_calls(state, rows)
    if name == "needs":
        asked = len(state.headquarters.stated_needs) > 0
        return state.headquarters.stated_needs[rows] if asked else np.empty((len(rows), 0), dtype=np.float32)
    column: NDArray[Any] = getattr(state.knowledge, name)[rows]
    return by_calendar(column, state.origin) if name in _DATES else column


def by_calendar(dates: NDArray[Any], origin: int) -> NDArray[Any]:
    """Stored weeks as the market's calendar has them; what never happened keeps its mark."""
    return np.where(dates < NO_WEEK, dates, dates - origin).astype(dates.dtype) if origin else dates
