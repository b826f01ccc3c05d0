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
    own, markup = state.numbers.own_rows, state.params.rivals.channel_markup
    paid = state.distributors.wholesale
    surcharge = paid.sum(axis=1) / state.numbers.list_price[own].sum() - 1.0
    margin = np.repeat((markup - surcharge)[:, None] / (1.0 + markup), len(state.layout.offers), axis=1)
    rivals = np.flatnonzero(state.boards.offers.rival >= 0)
    margin[:, rivals] += state.rival_brands.margin[state.boards.offers.rival[rivals]]
    price = state.distributors.price.astype(np.float64)
    margin[:, own] = np.where(price > 0, 1.0 - paid / np.where(price > 0, price, 1.0), 0.0)
    return margin
