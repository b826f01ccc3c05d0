"""Persuade: what the skill of reps adds to the utility of our offers, so that sales of their accounts move as published.

Effects of training, coaching and the like were measured on results: where nothing else moves, the sales of the accounts
of a rep of skill z are exp(CV·z) times those of one of mean skill. What that takes in utility depends on how the
accounts stand, and is computed each week for each rep (:mod:`sim.kernels.persuasion`). It works through calls:
within a portfolio in proportion to the relationships they have built, and less in all where there is hardly any.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.derived.hand_overs import hand_overs_cost
from sim.derived.skill import skill_of
from sim.jit import sealed, sealed_array
from sim.kernels.demand_step import choosers
from sim.kernels.persuasion import odds_of_ours
from sim.kernels.persuasion import persuade as solve
from sim.kernels.threads import blocks_of, run_blocks, threads_for
from sim.project_draws import mean_sizes
from sim.state import Ints, MarketState
from sim.state.today import Prospects

Floats = NDArray[np.float64]


def size_up(state: MarketState) -> Prospects | None:
    """How accounts stand before this week's prices and campaigns are decided; None where nothing has an effect on any.

    Among them are customers who lost their rep and miss it still.

    How hard reps must try follows from it. Were it computed on this week's offers, a rival's campaign could win us a
    customer through a rep who tries harder, and a lower price of ours lose one.
    """
    handed_over = hand_overs_cost(state)
    concerned = state.knowledge.rep >= 0
    if handed_over:
        concerned |= state.customers.broken[:, 0] > 0
    rows = np.flatnonzero(concerned).astype(np.uint32)
    if (state.params.calls.skill_spread == 0.0 and not handed_over) or len(rows) == 0:
        return None
    return Prospects(rows, *_prospects(state, rows), state.customers.relationship[rows])


def persuade(state: MarketState) -> None:
    """Renew ``customers.persuasion``: 0 for all who are no account of a rep who is there, and for all without an effect of skill.

    An account that this week's plan adds has not been called on yet and waits for the next week.
    """
    persuasion = state.customers.writable("persuasion")
    persuasion[:] = 0.0
    prospects = state.today.looked.prospects
    if prospects is None:
        return
    rows, rep, odds, worth = _accounts(state, prospects)
    if len(rows) == 0:
        return
    share: Floats = expit(odds)
    sales = expected_sales(worth, share)
    hold = state.customers.relationship[rows].astype(np.float64)
    mean_hold = _mean_of_reps(hold, sales, rep, len(state.reps))
    pull = np.divide(hold, mean_hold[rep], out=np.zeros(len(rows)), where=mean_hold[rep] > 0.0)
    first = np.searchsorted(rep, np.arange(len(state.reps) + 1))
    strength = np.zeros(len(state.reps))
    accounts = [sealed_array(a) for a in (first, worth, odds, share, pull, _factors(state, mean_hold))]
    run_blocks(solve, len(strength), threads_for(worth.size), *accounts, strength)
    persuasion[rows] = strength[rep] * pull


def expected_sales(worth: Floats, share: Floats) -> Floats:
    """Expected sales of a week by account [n]: ``worth`` [n, C] times the ``share`` of occasions that is ours [n, C], minor units.

    Category by category, which is three times as fast as a sum along so short an axis.
    """
    sales = np.zeros(len(worth))
    for c in range(worth.shape[1]):
        sales += worth[:, c] * share[:, c]
    return sales


def _accounts(state: MarketState, sized_up: Prospects) -> tuple[NDArray[np.uint32], Ints, Floats, Floats]:
    """Accounts of reps who are there, by rep and then by the customers' own keys: row, rep, odds and worth of each.

    Sums over them are then the same, to the last bit, in whatever order the customers come.
    """
    rep = state.knowledge.rep[sized_up.customer]
    there = np.flatnonzero((rep >= 0) & state.reps.active[rep])
    there = there[np.argsort(state.customers.key[sized_up.customer[there]])]
    # Few reps fit in 16 bits, which are sorted by counting.
    there = there[np.argsort(rep[there].astype(np.min_scalar_type(len(state.reps))), kind="stable")]
    odds, worth = (of_all.take(there, axis=0) for of_all in (sized_up.odds, sized_up.worth))  # twice as fast as [there]
    return sized_up.customer[there], rep[there], odds, worth


def _factors(state: MarketState, mean_hold: Floats) -> Floats:
    """Sales of each rep's accounts as a multiple of what they are without an effect of skill [R]."""
    calls = state.params.calls
    heard = np.minimum(mean_hold / calls.heard_at, 1.0)
    factors: Floats = np.exp(calls.skill_spread * skill_of(state).astype(np.float64) * heard)
    return factors


def _mean_of_reps(values: Floats, weights: Floats, rep: Ints, reps: int) -> Floats:
    """Weighted mean of the values of each rep's accounts [R], 0 for reps without."""
    total = np.bincount(rep, weights=weights, minlength=reps)
    weighted = np.bincount(rep, weights=weights * values, minlength=reps)
    return np.divide(weighted, total, out=np.zeros(reps), where=total > 0.0)


def _prospects(state: MarketState, rows: NDArray[np.uint32]) -> tuple[Floats, Floats]:
    """Log odds that an occasion of each account is ours, and what all its occasions of a week are worth then [n, C]."""
    units = _units_a_week(state, rows)
    odds, worth = np.empty(units.shape), np.empty(units.shape)
    who = sealed(choosers(state.customers, state.network, int(state.numbers.experience.ill)))
    asked, board = (sealed_array(rows), sealed_array(units)), sealed(state.boards.offers)
    blocks, threads = blocks_of(len(rows)), threads_for(len(rows) * len(board.brand))
    run_blocks(odds_of_ours, blocks, threads, *asked, who, board, state.numbers.choice, odds, worth)
    return odds, worth


def _units_a_week(state: MarketState, rows: NDArray[np.uint32]) -> Floats:
    """Units that each account needs a week on average by category [n, C], whoever sells them."""
    customers, layout, type_ = state.customers, state.layout, state.customers.type[rows]
    sizes = mean_sizes(layout.categories, customers.order_size[rows])
    mix = np.diff(state.boards.needs.mix, axis=1, prepend=0.0)
    units = np.zeros(sizes.shape)
    for c, category in enumerate(layout.categories):
        if category.kind == "consumable":
            units[:, c] = customers.purchase_rate[rows] * mix[type_, c] * sizes[:, c]
        elif category.kind == "durable":
            renewed = 1.0 / category.life_mean if category.life_mean else 0.0
            units[:, c] = np.where(customers.owned[rows, c] >= 0, renewed, state.boards.needs.first_need[type_, c])
        else:
            rate = state.opportunities.rates(rows, c, len(customers)).astype(np.float64)
            units[:, c] = rate * sizes[:, c]
    return units
