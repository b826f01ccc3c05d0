"""The books of units, hours and heads: what must balance every week in addition to money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import LawBroken
from sim.kernels.books import adds_up, fill_in_turn, flows_leave

Ints = npt.NDArray[np.integer[Any]]
Units = npt.NDArray[np.int64]
Hours = npt.NDArray[np.float64]

#: Hours are sums of a few float32 shares of a week: a minute is far above rounding, far below any use.
HOURS_TOLERANCE = 1.0 / 60.0


class UnitsBook:
    """Units per offer: opening stock + made = sold + in stock + in transit.

    The flows are [weeks, offers] and added to by the phases; stock and transit are what the stages hold, measured
    apart from the flows when the law is checked. ``sold`` are units handed to customers.
    """

    def __init__(self, weeks: int, offers: int, opening: Ints | None = None) -> None:
        self.opening: Units = np.zeros(offers, dtype=np.int64)
        if opening is not None:
            self.opening[...] = _whole(opening, "opening stock")
        self.made: Units = np.zeros((weeks, offers), dtype=np.int64)
        self.sold: Units = np.zeros_like(self.made)

    def make(self, week: int, units: Ints) -> None:
        """Units [offers] that left production and are now in stock."""
        self.made[week] += _whole(units, "units made")

    def sell(self, week: int, units: Ints) -> None:
        """Units [offers] handed to customers."""
        self.sold[week] += _whole(units, "units sold")

    def check(self, week: int, in_stock: Ints, in_transit: Ints) -> None:
        """Raise LawBroken unless the units [offers] held at the end of ``week`` are those that the flows leave."""
        if not flows_leave(self.opening, self.made, self.sold, week + 1, in_stock + in_transit):
            expected = self.opening + self.made[: week + 1].sum(axis=0) - self.sold[: week + 1].sum(axis=0)
            j = int(np.flatnonzero(expected != in_stock + in_transit)[0])
            raise LawBroken(
                f"units, week {week}, offer {j}",
                "units made = sold + in stock + in transit",
                f"the flows leave {expected[j]}, stages hold {in_stock[j]} in stock and {in_transit[j]} in transit",
            )


class HoursBook:
    """Hours of each person by use: hours spent = hours available.

    ``spent`` [weeks, uses, people] float64; ``uses`` is the IntEnum of what time goes to. Rows without a person have no
    hours available.
    """

    def __init__(self, weeks: int, people: int, uses: type[IntEnum]) -> None:
        self.uses = uses
        self.spent: Hours = np.zeros((weeks, len(uses), people))
        self.available: Hours = np.zeros((weeks, people))

    def grant(self, week: int, hours: npt.NDArray[np.floating[Any]] | float) -> None:
        """Set the hours [people] that each has this week."""
        self.available[week] = hours

    def spend(self, week: int, use: IntEnum, hours: npt.NDArray[np.floating[Any]] | float) -> None:
        """Add hours [people] spent on ``use``."""
        self.spent[week, use] += hours

    def spend_each(self, week: int, uses: Ints, hours: Hours) -> None:
        """Add ``hours`` [uses, people] spent on ``uses``, each of them named once."""
        self.spent[week, uses] += hours

    def spend_in_turn(
        self, week: int, wishes: Sequence[tuple[IntEnum, npt.NDArray[np.floating[Any]]]], left: Hours
    ) -> None:
        """Add what each use is wished [people], one use after the other as far as hours are ``left`` [people], which become less."""
        uses = np.array([use for use, _ in wishes])
        hours = np.array([wish for _, wish in wishes], dtype=np.float64)
        fill_in_turn(hours, left)
        self.spend_each(week, uses, hours)

    def check(self, week: int) -> None:
        """Raise LawBroken unless everyone's hours of ``week`` add up, none of them negative."""
        if adds_up(self.spent, self.available, week, HOURS_TOLERANCE):
            return
        spent = self.spent[week]
        if not spent.min(initial=0.0) >= 0.0:
            use, person = (int(i) for i in np.argwhere(~(spent >= 0.0))[0])
            found = f"{self.uses(use).name} {spent[use, person]}"
            raise LawBroken(f"hours, week {week}, person {person}", "hours are never negative", found)
        off = np.abs(spent.sum(axis=0) - self.available[week])
        if not off.max(initial=0.0) <= HOURS_TOLERANCE:
            person = int(np.flatnonzero(~(off <= HOURS_TOLERANCE))[0])
            uses = ", ".join(f"{use.name} {spent[use, person]:.2f}" for use in self.uses if spent[use, person])
            raise LawBroken(
                f"hours, week {week}, person {person}",
                "hours spent = hours available",
                f"{self.available[week, person]:.2f} available, {spent[:, person].sum():.2f} spent ({uses})",
            )


class HeadsBook:
    """Heads per group (team, role): heads = opening + hired - left."""

    def __init__(self, weeks: int, opening: Ints) -> None:
        self.opening: Units = _whole(opening, "opening heads").astype(np.int64)
        self.hired: Units = np.zeros((weeks, len(opening)), dtype=np.int64)
        self.left: Units = np.zeros_like(self.hired)

    def hire(self, week: int, heads: Ints) -> None:
        """Heads [groups] that joined, from outside or from another group."""
        self.hired[week] += _whole(heads, "heads hired")

    def leave(self, week: int, heads: Ints) -> None:
        """Heads [groups] that left, for good or to another group."""
        self.left[week] += _whole(heads, "heads left")

    def check(self, week: int, present: Units) -> None:
        """Raise LawBroken unless the heads [groups] ``present`` at the end of ``week`` are what the flows leave."""
        if not flows_leave(self.opening, self.hired, self.left, week + 1, present):
            expected = self.opening + self.hired[: week + 1].sum(axis=0) - self.left[: week + 1].sum(axis=0)
            group = int(np.flatnonzero(expected != present)[0])
            raise LawBroken(
                f"heads, week {week}, group {group}",
                "heads = hired - left",
                f"the flows leave {expected[group]}, {present[group]} are there",
            )


@dataclass(frozen=True)
class Invoices:
    """Invoices that fall due in one week: who owes how much to whom, entities of the ledger and minor units."""

    debtor: Ints
    creditor: Ints | int
    amount: Units


@dataclass
class Books:
    """The books of hours and heads, the invoices that are open, and every order where a user keeps them."""

    hours: HoursBook  # of reps
    manager_hours: HoursBook
    heads: HeadsBook  # by team
    invoices: dict[int, list[Invoices]] = field(default_factory=dict)  # by the week in which they fall due
    kept_orders: list[dict[str, Any]] | None = None


def _whole(numbers: Ints, what: str) -> Ints:
    array = np.asarray(numbers)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{what} are whole numbers, not {array.dtype}")
    if array.size and array.min() < 0:
        raise LawBroken("books", f"{what} are never negative", f"{array.min()}")
    return array
