"""Rivals' accounts: keys of their draws, and what a call on them is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.state import Ints, MarketState


def draw_keys(state: MarketState, which: Ints | slice) -> NDArray[np.uint64]:
    """Keys of the draws for some rows of rivals' lists: the sum of customer's and brand's, which wraps around."""
    accounts = state.rival_accounts
    keys: NDArray[np.uint64] = (
        state.customers.key[accounts.customer[which]] + state.rival_brands.key[accounts.brand[which]]
    )
    return keys


def worth_of_calls(state: MarketState) -> float:
    """Effective calls that one call of a rival's rep counts for: 1 at mean skill, as for our reps with distributors."""
    return float(np.exp(state.params.calls.skill_spread * state.params.rival_force.skill))
