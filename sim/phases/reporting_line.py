"""The reporting line: how far up what the field sends comes, and when it arrives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.questions.gateway import LEVELS, Gateway
from sim.rng import Decision
from sim.state import Ints, MarketState

Bools = NDArray[np.bool_]


def levels_passed(state: MarketState, gateway: Gateway, rows: Ints, index: int = 0) -> NDArray[np.int64]:
    """Levels that this week's news of the customers in ``rows`` gets through; all of them if it arrives.

    One draw for the whole line, cut at the losses of its levels: how a loss is divided does not change who is lost.
    ``index`` distinguishes news of one customer that may be lost separately.
    """
    home = state.customers.territory[rows]
    luck = state.luck(Decision.REPORT_LOST).uniform(state.customers.key[rows], index)
    passed = np.zeros(len(rows), dtype=np.int64)
    for lost in gateway.lost_by.T:
        passed += luck >= lost[home]
    return passed


def arrives(passed: NDArray[np.int64]) -> Bools:
    """What got through all levels."""
    reached: Bools = passed == len(LEVELS)
    return reached


def by_delay(state: MarketState, gateway: Gateway, rows: Ints, which: Bools) -> Iterator[tuple[int, Bools]]:
    """Weeks on the way, and which of the customers in ``rows`` (among those flagged by ``which``) take as many."""
    delay = np.maximum(gateway.weeks[state.customers.territory[rows]], 1)
    for weeks in sorted(set(delay[which].tolist())):
        yield weeks, which & (delay == weeks)
