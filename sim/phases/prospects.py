"""Prospects: the filter of potential users runs when it is due, and how often it is right is written down."""

from __future__ import annotations

import numpy as np

from sim.agents.market_department import MarketDepartment
from sim.derived.expected_purchases import expected_purchases
from sim.state import MarketState
from sim.state.table import NEVER


def filter_prospects(state: MarketState) -> int:
    """Renew who counts as a prospect: only known customers with marks and without an order on record can.

    Returns what the filter cost, minor units.
    """
    base = state.knowledge
    if state.rules.idle("prospects"):
        if base.prospect.any():
            base.prospect[:] = False
        return 0
    answer = MarketDepartment.decide_prospects(state)
    if answer is None:
        return 0
    judged = base.known & (base.last_order == NEVER) & np.isfinite(base.marks).all(axis=1)
    base.prospect[:] = answer.qualified & judged
    _measure(state, judged, answer.worth)
    return int(answer.cost)


def _measure(state: MarketState, judged: np.ndarray, worth: int) -> None:
    """Count potential users and others among the ``judged`` [N], and how many of each the filter let through."""
    home, places = state.customers.territory, len(state.territories)
    potential_user, passed = expected_purchases(state) >= worth, state.knowledge.prospect
    for name, rows in (
        ("potential_users_judged", judged & potential_user),
        ("potential_users_passed", passed & potential_user),
        ("others_judged", judged & ~potential_user),
        ("others_passed", passed & ~potential_user),
    ):
        state.record.put(state.week, name, np.bincount(home[rows], minlength=places))
