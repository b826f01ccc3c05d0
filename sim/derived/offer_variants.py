"""Variants of our offers that can be had this week, by price group, and what a unit of them costs more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.state import Ints, MarketState
from sim.state.table import NEVER

Money = NDArray[np.int64]


def variants_on_sale(state: MarketState) -> Ints:
    """Attribute for which our offers to each price group are adapted [price groups], −1 for our offers as they are.

    Empty where nobody ever thought of variants. What is still being developed cannot be had.
    """
    chosen, ready = state.headquarters.variants, state.headquarters.variants_ready
    if len(ready) == 0:
        return np.full(len(chosen), -1, dtype=np.int64)
    since = ready[chosen]  # the last one where nothing was chosen, which counts for nothing
    return np.where((chosen >= 0) & (since != NEVER) & (since <= state.week), chosen, -1)


def cost_of_variants(state: MarketState) -> Money:
    """What a unit of each offer costs us more for each price group, minor units [price groups, J]; no rows without variants."""
    on_sale, own = variants_on_sale(state), np.array(state.layout.own_offers)
    cost = np.zeros((len(on_sale), len(state.layout.offers)), dtype=np.int64)
    more = np.rint(state.params.offer_variants.unit_cost * state.numbers.unit_cost[own]).astype(np.int64)
    cost[:, own] = np.where(on_sale[:, None] >= 0, more, 0)
    return cost


def number_of_variants(state: MarketState) -> int:
    """Variants of single offers that can be had this week: attributes in use, times our offers."""
    on_sale = variants_on_sale(state).tolist()
    return len({attribute for attribute in on_sale if attribute >= 0}) * len(state.layout.own_offers)
