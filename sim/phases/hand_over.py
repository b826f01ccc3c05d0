"""Hand-over: an account whose rep changes buys less from us than it would have, and comes back with time.

A study finds by how much a customer's yearly sales fall when its rep changes. As with skill, the utility that takes this
follows from the account itself (:mod:`sim.kernels.persuasion`): expected sales are those with the former rep's
relationship times one minus the loss. What the lost relationship takes by itself counts towards the loss, so that it is
not lost twice; habit does not follow it, since a year's measured loss holds what habit makes of sales.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.derived.hand_overs import hand_overs_cost, kept_a_week, loss_of_leaving
from sim.jit import sealed_array
from sim.kernels.persuasion import FARTHEST
from sim.kernels.persuasion import persuade as solve
from sim.kernels.threads import run_blocks, threads_for
from sim.phases.persuade import expected_sales
from sim.solvers.hand_over import after_hand_over, healed
from sim.state import MarketState
from sim.state.today import Prospects

Floats = NDArray[np.float64]

#: Utility that a hand-over may take, in the largest that skill may add: all of that, and as much again.
REACH = 2.0


def break_off(state: MarketState, accounts: NDArray[np.int64], part: float = 1.0) -> None:
    """The rep of ``accounts`` (rows) changes: customers who have met the rep lose ``part`` of what leaving costs.

    Whom the rep has never called on has nothing to lose.
    """
    met = accounts[state.diary.met[accounts]]
    if len(met) == 0:
        return
    home = state.customers.territory[met]
    state.record.add(state.week, "handed_over", np.bincount(home, minlength=len(state.layout.territories)))
    if hand_overs_cost(state):
        broken = state.customers.broken
        broken[met] = after_hand_over(broken[met], loss_of_leaving(state), part)


def feel_hand_overs(state: MarketState, sized_up: Prospects | None) -> None:
    """Take from ``customers.persuasion`` what hand-overs cost this week, after this week's calls; then some of it is back."""
    if sized_up is None or not hand_overs_cost(state):
        return
    place = np.flatnonzero(state.customers.broken[sized_up.customer, 0] > 0)
    rows = sized_up.customer[place].astype(np.int64)
    if len(rows) == 0:
        return
    customers, weight = state.customers, float(state.numbers.choice.relationship)
    loss = customers.broken[rows, 0].astype(np.float64)
    stood, persuasion = sized_up.relationship[place], customers.persuasion[rows]
    before = sized_up.odds[place] + persuasion[:, None]
    # Who knows of nothing else buys from us whoever calls; the loss is one of what could go elsewhere.
    worth = np.where(before > REACH * FARTHEST, 0.0, sized_up.worth[place])
    now = before + weight * (customers.relationship[rows] - stood)[:, None]
    with_former = before + weight * (customers.former[rows, 0] - stood)[:, None]
    share: Floats = expit(now)
    usual, found = expected_sales(worth, expit(with_former)), expected_sales(worth, share)
    # Where the relationship alone has cost more than that already, nothing is added and nothing is given back.
    factor = np.minimum(np.divide((1.0 - loss) * usual, found, out=np.ones(len(rows)), where=found > 0.0), 1.0)
    change = np.zeros(len(rows))
    each, pull = np.arange(len(rows) + 1), np.full(len(rows), REACH)
    accounts = [sealed_array(a) for a in (each, worth, now, share, pull, factor)]
    run_blocks(solve, len(rows), threads_for(worth.size), *accounts, change)
    customers.persuasion[rows] = persuasion + REACH * change
    _record_loss(state, rows, usual - factor * found)
    customers.broken[rows, 0] = healed(loss, kept_a_week(state))


def _record_loss(state: MarketState, rows: NDArray[np.int64], lost: Floats) -> None:
    """Expected sales lost this week, whole minor units of each customer, so that the order of rows does not matter."""
    home = state.customers.territory[rows]
    total = np.bincount(home, weights=np.rint(lost), minlength=len(state.layout.territories))
    state.record.put(state.week, "lost_by_hand_over", total)
