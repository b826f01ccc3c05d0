"""Who is in the market this week: offers as customers find them, and rival brands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import sealed_array
from sim.state import MarketState


def show_offers(state: MarketState) -> None:
    """Let customers find the offers that are in the market this week, and no others."""
    there = state.presence.offers(state.week)
    available = np.broadcast_to(there, state.boards.offers.available.shape).copy()
    state.boards.offers = state.boards.offers._replace(available=sealed_array(available))


def rivals_present(state: MarketState) -> NDArray[np.bool_]:
    """Which rival brands have an offer in the market this week [F]."""
    layout = state.layout
    there = state.presence.brands(state.week, state.boards.offers.brand, len(layout.brands))
    present: NDArray[np.bool_] = there[list(layout.rival_brands)]
    return present
