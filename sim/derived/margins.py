"""Margins of distributors by offer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import sealed_array
from sim.kernels.margins import fill_margins
from sim.state import MarketState


def margins(state: MarketState) -> NDArray[np.float64]:
    """Share of the retail price of each offer that stays with each distributor [D, J].

    For our offers by its own price list, for offers of rivals by the mark-up of the channel and what the rival leaves
    beyond; a sub-distributor pays more for both, by the same share.
    """
    numbers, distributors, board = state.numbers, state.distributors, state.boards.offers
    read = (numbers.own_offers, numbers.list_price, distributors.wholesale, distributors.price, board.rival)
    own, list_price, wholesale, price, rival = [sealed_array(array) for array in read]
    margin = np.empty((len(wholesale), len(rival)))
    beyond = sealed_array(state.rival_brands.margin)
    fill_margins(margin, own, list_price, wholesale, price, rival, beyond, state.params.rivals.channel_markup)
    return margin
