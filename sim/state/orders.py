"""Orders of customers: the list that runs through most of a week's phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]


@dataclass
class Purchases:
    """Purchases of one week, one row per order, in the order of customers' rows."""

    customer: Ints
    offer: Ints
    units: NDArray[np.int64]
    index: Ints  # number of the occasion, part of the key of draws; of an order that waits: apart from all others
    waited: Ints  # weeks the order has waited
    price: NDArray[np.int64]  # minor units a unit that the customer pays, as agreed when the order was made
    discount: NDArray[np.int64]  # minor units a unit that we granted on it then; 0 on rivals' offers
    stock: NDArray[np.int64]  # flat stock cell drawn on: distributor × own offers + column; −1 for rivals' offers
    habit: (
        Ints  # offer that a rep's skill did not decide: what would be bought anyway, −1 for nothing; habit follows it
    )
    rebate: NDArray[
        np.int64
    ]  # minor units a unit that the customer has bargained off what is asked; ``price`` is what is left

    def __len__(self) -> int:
        return len(self.offer)

    def join(self, more: Purchases) -> Purchases:
        """Both lists of orders, one after the other."""
        if len(self) == 0:
            return more
        if len(more) == 0:
            return self
        both = zip(vars(self).values(), vars(more).values(), strict=True)
        return Purchases(*[np.concatenate(pair) for pair in both])

    def rest(self, rows: NDArray[Any], units: NDArray[np.int64]) -> Purchases:
        """The orders in ``rows`` for the ``units`` that are left of them."""
        if rows.dtype == np.bool_:
            rows = rows.nonzero()[0]  # once for all columns
        columns = {name: units if name == "units" else values[rows] for name, values in vars(self).items()}
        return Purchases(**columns)

    def insert(self, more: Purchases) -> Purchases:
        """These orders with ``more`` put in their places; both are, and stay, in the order of customers' rows."""
        if len(more) == 0:
            return self
        places = np.searchsorted(self.customer, more.customer, side="right") + np.arange(len(more))
        others = np.ones(len(self) + len(more), np.bool_)
        others[places] = False

        def put(column: NDArray[Any], added: NDArray[Any]) -> NDArray[Any]:
            """What ``np.insert`` does, with the places found once for all columns."""
            both = np.empty(len(others), column.dtype)
            both[others], both[places] = column, added
            return both

        pairs = zip(vars(self).values(), vars(more).values(), strict=True)
        return Purchases(*[put(column, added) for column, added in pairs])


@dataclass(frozen=True)
class Habits:
    """Offers that customers would have bought but for a rep who put them off: habit follows these."""

    customer: Ints
    offer: Ints

    def join(self, more: Habits) -> Habits:
        """Both lists, one after the other."""
        return Habits(np.concatenate([self.customer, more.customer]), np.concatenate([self.offer, more.offer]))
