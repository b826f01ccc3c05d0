"""Relate: trust and capability of distributors follow what the week brought them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.call_hours import visits_to_distributors
from sim.derived.margins import margins
from sim.derived.skill import worth_with_distributors
from sim.jit import sealed_array
from sim.kernels.margins import compare_margins
from sim.kernels.tally import sum_lines, value_by_distributor
from sim.quantity import retention_of_half_life
from sim.solvers.doses import dose_effect
from sim.solvers.partners import next_capability, next_trust
from sim.state import MarketState
from sim.state.table import columns_of

Floats = NDArray[np.float64]

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "distributor"),
    *columns_of("reps", "territory tenure coached trained skill effort product_trained"),
    *columns_of("distributors", "territory shares_data payment purchases price own_capability supplier wholesale"),
    *columns_of("channel", "owed"),
    *columns_of("rival_brands", "margin"),
)
#: Columns that the phase may write, and read.
WRITES = columns_of("distributors", "trust turnover capability taught")


def relate(state: MarketState) -> None:
    """What distributors sold, what they were promised and who called on them moves what they do in later weeks."""
    numbers, distributors = state.params.partners, state.distributors
    sold, margin, (hours, worth) = _sell_out(state), margins(state), hours_by_distributor(state)
    # What a distributor sells more of ours it may sell less of others': our books alone would call that a gain.
    state.record.put(state.week, "all_brands_margin", (sold * margin).sum(axis=1))
    if state.rival_brands.margin.any():
        state.record.put(state.week, "rival_margin_spend", _left_by_rivals(state, sold))
    if numbers.effort_strength > 0 or numbers.trust_speed > 0:
        keep = retention_of_half_life(numbers.turnover_half_life)
        distributors.turnover[:] += (1.0 - keep) * (sold - distributors.turnover)
    if numbers.trust_speed > 0:
        target = np.clip(_earned_trust(state, worth, margin), 0.0, 1.0)
        distributors.trust[:] = next_trust(distributors.trust, target, numbers.trust_speed, numbers.trust_loss)
    _advise(state, hours, worth)


def _left_by_rivals(state: MarketState, sold: NDArray[np.int64]) -> float:
    """What rivals pay distributors this week beyond the usual margin, minor units; ``sold`` [D, J] at retail prices."""
    place = state.boards.offers.rival
    margin = np.where(place >= 0, state.rival_brands.margin[place], 0.0)
    return float(sold.sum(axis=0) @ margin)


def _advise(state: MarketState, hours: Floats, worth: Floats) -> None:
    """Hours of reps teach the distributors' sellers, an hour of one of them each, in which these do not sell.

    Of these ``hours`` [D] sellers learn what they are ``worth`` [D]. Who has no sellers cannot be taught.
    """
    numbers, distributors = state.params.partners, state.distributors
    there = sellers_hours(state)
    sellers = there / state.params.hours.attended
    some = there > 0
    distributors.taught[:] = np.minimum(np.divide(hours, there, out=np.zeros(len(some)), where=some), 1.0)
    of_each = np.divide(worth, sellers, out=np.zeros(len(some)), where=some)
    distributors.capability[:] = next_capability(
        distributors.capability, distributors.own_capability, of_each, numbers.advice, numbers.forgetting
    )


def sellers_hours(state: MarketState) -> Floats:
    """Hours a week of each distributor's sellers of all brands [D]: what it spends on selling, by what an hour costs."""
    numbers, channel = state.params.partners, state.params.channel
    spent = channel.own_cost_share * numbers.selling_effort * state.distributors.turnover.sum(axis=1)
    hours: Floats = spent / numbers.seller_cost
    return hours


def _sell_out(state: MarketState) -> NDArray[np.int64]:
    """What the customers of each distributor paid for each offer this week, minor units [D, J]."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    shape = (len(state.distributors), len(state.layout.offers))
    return value_by_distributor(orders.customer, orders.offer, served, orders.price, state.customers.distributor, shape)


def hours_by_distributor(state: MarketState) -> Floats:
    """Hours of its territory's reps with each distributor this week, in equal parts, and the same by what each rep is worth [2, D].

    Hours on the road and without effort do not count.
    """
    territories, at = len(state.layout.territories), state.distributors.territory
    hours = visits_to_distributors(state) * state.params.hours.selling_per_call
    total = sum_lines(np.array((hours, hours * worth_with_distributors(state))), state.reps.territory, territories)
    there = np.bincount(at, minlength=territories)
    each: Floats = (total / np.maximum(there, 1))[:, at]
    return each


def _earned_trust(state: MarketState, hours: Floats, margin: Floats) -> Floats:
    """The trust that weeks like this one lead to, not cut to 0..1 [D]: the usual one, and what the week adds or takes.

    Goods held back count whatever the reason: the distributor's customers wait alike. What a sub-distributor waits
    for is owed by its supplier, not by us.
    """
    numbers, distributors = state.params.partners, state.distributors
    owed = np.where(distributors.supplier[:, None] < 0, state.goods.channel.owed, 0)
    held_back = (owed * distributors.wholesale).sum(axis=1) / np.maximum(distributors.purchases, 1.0)
    earned: Floats = (
        state.params.channel.trust_start
        - numbers.trust_shortage * np.minimum(held_back, 1.0)
        + numbers.trust_margin * _margin_beyond_rivals(state, margin)
        + numbers.trust_information * _returned(state)
        + dose_effect(numbers.trust_calls, hours, numbers.trust_calls_half)
    )
    return earned


def _margin_beyond_rivals(state: MarketState, margin: Floats) -> Floats:
    """Mean ``margin`` [D, J] on our offers less that on rivals', by turnover, as a share of the price [D]; 0 where one is not sold.

    What we pay for data is earned with our offers like a margin.
    """
    distributors, compared = state.distributors, np.empty(len(state.distributors))
    read = (distributors.turnover, margin, state.boards.offers.own, distributors.shares_data, distributors.payment)
    turnover, margin, own, shares_data, payment = [sealed_array(array) for array in read]
    compare_margins(compared, turnover, margin, own, shares_data, payment)
    return compared


def _returned(state: MarketState) -> Floats:
    """How much comes back to a distributor for the data it shares [D], 0..1.

    Each office answers for its own part only, and answers get lost like reports.
    """
    gateway, distributors = state.today.decided.gateway, state.distributors
    back: Floats = distributors.shares_data * ((1.0 - gateway.lost) / gateway.offices)[distributors.territory]
    return back
