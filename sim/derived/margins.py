"""Margins of distributors by offer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.state import MarketState


def margins(state: MarketState) -> NDArray[np.float64]:
    """Share of the retail price of each offer that stays with each distributor [D, J].

    For our offers by its own price list, for offers of rivals by the mark-up of the channel and what the rival leaves
    beyond; a sub-distributor pays more for both, by the same share.
    """
    own, markup = state.numbers.own_offers, state.params.rivals.channel_markup
    paid, price = state.distributors.wholesale, state.distributors.price
    surcharge = np.add.reduce(paid, axis=1) / np.add.reduce(state.numbers.list_price[own]) - 1.0
    margin = np.empty((len(paid), len(state.layout.offers)))
    margin[:] = ((markup - surcharge) / (1.0 + markup))[:, None]
    beyond = state.rival_brands.margin
    if beyond.any():
        rivals = np.flatnonzero(state.boards.offers.rival >= 0)
        margin[:, rivals] += beyond[state.boards.offers.rival[rivals]]
    margin[:, own] = np.where(price > 0, 1.0 - paid / np.maximum(price, 1), 0.0)
    return margin
