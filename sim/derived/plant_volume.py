"""The plant's volume: what it owes its distributors, the part whose sell-out it knows, and what it can make."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.state import MarketState


def owed_by_plant(state: MarketState) -> NDArray[np.int64]:
    """Units ordered from the plant and not shipped yet [D, own offers]; rows of sub-distributors are 0."""
    owed: NDArray[np.int64] = np.where((state.distributors.supplier < 0)[:, None], state.goods.channel.owed, 0)
    return owed


def shared_part(state: MarketState) -> float:
    """Part of the plant's volume whose sell-out is shared, 0..1.

    Distributors who share show what their customers ask for and what they buy for them; what leaves the plant beyond
    that goes to the others. Sell-out, not purchases, is compared with the purchases of the others: a distributor who
    serves others from stock buys less than nothing for its own customers for a while, and the total, scaled up by
    that, would have no bound.
    """
    distributors = state.distributors
    sharing = distributors.shares_data
    if not sharing.any():
        return 0.0
    shared = float(distributors.demand_value[sharing].sum())
    bought = float(distributors.purchases[distributors.supplier < 0].sum())
    others = max(bought - float(distributors.volume[sharing].sum()), 0.0)
    return shared / max(shared + others, 1.0)


def units_possible(state: MarketState) -> NDArray[np.float64]:
    """Units of each offer that its plant can make a week in regular hours, if it makes nothing else [own offers]."""
    plant = state.numbers.plant
    if plant is None:
        return np.full(len(state.layout.own_offers), np.inf)
    possible: NDArray[np.float64] = plant.capacity[plant.company] / plant.work
    return possible
