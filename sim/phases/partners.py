"""Partners: distributors divide their effort among brands; their trust and capability follow what the weeks bring."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.distributor import decide_brand_effort, margins
from sim.agents.sales_rep import worth_of_calls
from sim.kernels.tally import value_by_distributor
from sim.quantity import retention_of_half_life
from sim.solvers.doses import dose_effect
from sim.solvers.partners import next_capability, next_trust
from sim.state import MarketState, Use

Floats = NDArray[np.float64]


def divide_effort(state: MarketState) -> None:
    """Ask distributors for their effort when it is due, and turn what is beyond the usual into utility of our offers.

    The first answer, given before anything happened, is what is usual: so the effect starts at zero.
    """
    distributors, strength = state.distributors, state.params.partners.effort_strength
    first = state.week == 0
    if first or (strength > 0 and state.due_in("brand_effort").any()):
        distributors.effort[:] = decide_brand_effort(state)
    if first:
        distributors.usual_effort[:] = distributors.effort
    if strength > 0:
        state.today.effort_for_us = effort_for_us(state)


def effort_for_us(state: MarketState) -> Floats:
    """Utility that distributors' effort adds to our offers [D, J]: capability × share of effort beyond the usual state's."""
    distributors = state.distributors
    worth = distributors.capability * distributors.effort
    usual = distributors.own_capability * distributors.usual_effort
    push = np.zeros((len(distributors), len(state.layout.offers)))
    push[:, list(state.layout.own_offers)] = (state.params.partners.effort_strength * (worth - usual))[:, None]
    return push


def relate(state: MarketState) -> None:
    """What distributors sold, what they were promised and who called on them moves what they do in later weeks."""
    numbers, distributors = state.params.partners, state.distributors
    if numbers.effort_strength > 0 or numbers.trust_speed > 0:
        keep = retention_of_half_life(numbers.turnover_half_life)
        distributors.turnover[:] += (1.0 - keep) * (_sell_out(state) - distributors.turnover)
    hours = hours_by_distributor(state)
    if numbers.trust_speed > 0:
        target = np.clip(_earned_trust(state, hours), 0.0, 1.0)
        distributors.trust[:] = next_trust(distributors.trust, target, numbers.trust_speed, numbers.trust_loss)
    distributors.capability[:] = next_capability(
        distributors.capability, distributors.own_capability, hours, numbers.advice, numbers.forgetting
    )


def _sell_out(state: MarketState) -> NDArray[np.int64]:
    """What the customers of each distributor paid for each offer this week, minor units [D, J]."""
    orders, served = state.today.orders, state.today.served
    shape = (len(state.distributors), len(state.layout.offers))
    if orders is None or served is None:
        return np.zeros(shape, dtype=np.int64)
    return value_by_distributor(orders.customer, orders.offer, served, orders.price, state.customers.distributor, shape)


def hours_by_distributor(state: MarketState) -> Floats:
    """Hours for each distributor this week [D]: those of its territory's reps, by what each is worth, in equal parts."""
    territories, at, reps = len(state.layout.territories), state.distributors.territory, state.reps
    spent = state.hours.spent[state.week, Use.DISTRIBUTORS] * worth_of_calls(state, np.arange(len(reps)))
    hours = np.bincount(reps.territory, weights=spent, minlength=territories)
    there = np.bincount(at, minlength=territories)
    each: Floats = (hours / np.maximum(there, 1))[at]
    return each


def _earned_trust(state: MarketState, hours: Floats) -> Floats:
    """The trust that weeks like this one lead to, not cut to 0..1 [D]: the usual one, and what the week adds or takes.

    Goods held back count whatever the reason: the distributor's customers wait alike. What a sub-distributor waits
    for is owed by its supplier, not by us.
    """
    numbers, distributors = state.params.partners, state.distributors
    owed = np.where(distributors.supplier[:, None] < 0, state.channel.owed, 0)
    held_back = (owed * distributors.wholesale).sum(axis=1) / np.maximum(distributors.purchases, 1.0)
    paid = distributors.shares_data & (distributors.payment > 0)
    earned: Floats = (
        state.params.channel.trust_start
        - numbers.trust_shortage * np.minimum(held_back, 1.0)
        + numbers.trust_margin * _margin_beyond_rivals(state)
        + numbers.trust_payment * paid
        + numbers.trust_information * _returned(state)
        + dose_effect(numbers.trust_calls, hours, numbers.trust_calls_half)
    )
    return earned


def _margin_beyond_rivals(state: MarketState) -> Floats:
    """Mean margin on our offers less that on rivals', by turnover, as a share of the price [D]; 0 where one is not sold."""
    turnover, own = state.distributors.turnover, state.board.own
    kept = turnover * margins(state)
    sold, rivals = turnover[:, own].sum(axis=1), turnover[:, ~own].sum(axis=1)
    ours = kept[:, own].sum(axis=1) / np.maximum(sold, 1.0)
    theirs = kept[:, ~own].sum(axis=1) / np.maximum(rivals, 1.0)
    beyond: Floats = np.where((sold >= 1.0) & (rivals >= 1.0), ours - theirs, 0.0)
    return beyond


def _returned(state: MarketState) -> Floats:
    """How much comes back to a distributor for the data it shares [D], 0..1.

    Each office answers for its own part only, and answers get lost like reports.
    """
    gateway, distributors = state.today.gateway, state.distributors
    if gateway is None:
        return np.zeros(len(distributors))
    back: Floats = distributors.shares_data * ((1.0 - gateway.lost) / gateway.offices)[distributors.territory]
    return back
