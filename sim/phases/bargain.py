"""Bargain: large buyers whose contract is up agree with every seller on what they get off its price.

The maker grants the rebate and its distributor pays it out: the customer pays less, the distributor is made whole, as with
discounts. Rivals bargain by the same rule with their own margins, so a rebate is a price of competing and not ours alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.expected_purchases import expected_purchases
from sim.derived.offer_variants import cost_of_variants
from sim.jit import sealed_array
from sim.kernels.bargaining import bargain
from sim.kernels.demand_step import choosers
from sim.state import Ints, MarketState

Money = NDArray[np.int64]


def bargain_rebates(state: MarketState) -> None:
    """Renew ``customers.rebate`` of the customers whose contract is up this week; of all in the first."""
    if not state.customers.rebate.shape[1]:
        return
    rows, power = _due(state)
    if len(rows) == 0:
        return
    who = choosers(state.customers, state.network, int(state.numbers.experience.ill))
    plain = sealed_array(np.empty((len(state.customers), 0), who.rebate.dtype))
    bargain(
        rows,
        power,
        state.params.rebates.most,
        who._replace(rebate=plain),
        state.boards.offers,
        state.numbers.choice,
        _margins(state),
        state.customers.writable("rebate"),
    )


def _due(state: MarketState) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Customers large enough to bargain whose turn it is, and the power of each: that of the volume above the threshold."""
    numbers, cycle = state.params.rebates, state.params.rebates.contract_weeks
    # By key, not by row: one customer more leaves the contracts of the others alone.
    turn = state.customers.key % np.uint64(cycle)
    rows = (turn == np.uint64(state.week % cycle)).nonzero()[0] if state.week else np.arange(len(turn))
    size = expected_purchases(state, rows)
    least = numbers.threshold * state.numbers.mean_purchases
    large = size > least
    return rows[large], numbers.power * (1.0 - least / size[large])


def _margins(state: MarketState) -> NDArray[np.float64]:
    """What the maker of each offer earns a unit by price group, relative to the reference price [G, J].

    Of ours after the discounts of this week and what variants cost more; of rivals what is left at the works of their price and cost in the channel.
    """
    numbers, rivals = state.numbers, state.rivals
    margin = (numbers.list_price - numbers.unit_cost - state.today.decided.discount) / numbers.reference_price
    if len(state.headquarters.variants):
        margin -= cost_of_variants(state) / numbers.reference_price
    margin[:, rivals.offer] = (rivals.price - rivals.unit_cost) / (1.0 + state.params.rivals.channel_markup)
    return np.ascontiguousarray(margin, dtype=np.float64)


def take_off_rebates(state: MarketState, customer: Ints, offer: Ints, price: Money) -> tuple[Money, Money]:
    """What each order [n] costs a unit after the customer's rebate, and the rebate, minor units; ``price`` is what is asked."""
    if not state.customers.rebate.shape[1]:
        return price, np.zeros_like(price)
    share = state.customers.rebate[customer, offer].astype(np.float64)
    rebate = np.rint(share * price).astype(np.int64)
    return price - rebate, rebate
