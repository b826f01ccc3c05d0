"""Distributors: hold stock, set retail prices, order from the plant or from another distributor, share their data or not."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.agents.row_agent import RowAgent
from sim.errors import InputError
from sim.questions.brand_effort import BrandEffort
from sim.questions.ordering import Orders
from sim.questions.retail_price import RetailPrices
from sim.questions.share_data import Sharing
from sim.rng import Decision
from sim.solvers.order_rules import error_deviation
from sim.solvers.tiers import to_suppliers
from sim.state import MarketState
from sim.views import BrandsSeen, DistributorSeen

#: Rows of some distributors, or all of them.
Rows: TypeAlias = NDArray[np.int64] | slice
_ALL = slice(None)


class Distributor(RowAgent):
    """An independent distributor of our offers in one territory; ``supplier`` is the row of who supplies it, -1 the plant."""


def see_distributors(state: MarketState, decision: Decision, rows: Rows = _ALL) -> DistributorSeen:
    """What the distributors in ``rows`` see, each its own."""
    distributors, channel, numbers = state.distributors, state.goods.channel, state.params.channel
    from_plant = distributors.supplier[rows] < 0
    at_list = state.numbers.list_price[list(state.layout.own_offers)]
    return DistributorSeen(
        week=state.week,
        luck=state.luck(decision),
        key=distributors.key[rows],
        territory=distributors.territory[rows],
        on_hand=channel.on_hand[rows],
        on_order=(channel.owed + channel.in_transit)[rows],
        owed=(channel.backorders + to_suppliers(distributors.supplier, channel.owed))[rows],
        expected=state.goods.forecasts.level[rows],
        deviation=error_deviation(state.goods.forecasts)[rows],
        cover=np.where(from_plant, numbers.cover_weeks, numbers.sub_cover_weeks),
        wholesale=distributors.wholesale[rows],
        purchases=distributors.purchases[rows],
        trust=distributors.trust[rows],
        reserve=distributors.reserve[rows],
        sharing_payment=distributors.payment[rows],
        direct_sales_share=np.zeros(len(from_plant)),
        list_price=np.broadcast_to(at_list, (len(from_plant), len(at_list))),
    )


def decide_sharing(state: MarketState) -> Sharing:
    """Ask every distributor whether it shares its sell-out data."""
    seen = see_distributors(state, Decision.SHARE_DATA)
    answer: Sharing = state.rules.ask("share_data", seen, size=len(seen.key))
    return answer


def decide_retail_prices(state: MarketState) -> RetailPrices:
    """Ask every distributor for its retail prices."""
    seen = see_distributors(state, Decision.RETAIL_PRICE)
    answer: RetailPrices = state.rules.ask("retail_price", seen, size=len(seen.key))
    if (answer.price < 0).any():
        raise InputError(
            "policy.retail_price", "the rule answered with a negative price", "prices of at least 0", "mend the rule"
        )
    return answer


def decide_orders(state: MarketState, rows: Rows = _ALL) -> Orders:
    """Ask the distributors in ``rows`` what they order from their suppliers."""
    seen = see_distributors(state, Decision.ORDER_NOISE, rows)
    answer: Orders = state.rules.ask("ordering", seen, size=len(seen.key))
    if (answer.quantity < 0).any():
        raise InputError(
            "policy.ordering", "the rule answered with a negative order", "orders of at least 0", "mend the rule"
        )
    if state.numbers.to_order.any():
        # What is made to order is ordered for those who wait for it, whatever the rule for stock says.
        awaited = np.maximum(seen.owed - seen.on_hand - seen.on_order, 0)
        return Orders(quantity=np.where(state.numbers.to_order, awaited, answer.quantity))
    return answer


def margins(state: MarketState) -> NDArray[np.float64]:
    """Share of the retail price of each offer that stays with each distributor [D, J].

    Of our offers by its own price list, of rivals' offers by the mark-up of the channel; a sub-distributor pays more for
    either, by the same share.
    """
    own, markup = list(state.layout.own_offers), state.params.rivals.channel_markup
    paid = state.distributors.wholesale
    dearer = paid.sum(axis=1) / state.numbers.list_price[own].sum() - 1.0
    margin = np.repeat((markup - dearer)[:, None] / (1.0 + markup), len(state.layout.offers), axis=1)
    price = state.distributors.price.astype(np.float64)
    margin[:, own] = np.where(price > 0, 1.0 - paid / np.where(price > 0, price, 1.0), 0.0)
    return margin


def decide_brand_effort(state: MarketState) -> NDArray[np.float64]:
    """Ask every distributor how it divides its effort among brands; returns shares [D, B] that sum to 1."""
    distributors, layout = state.distributors, state.layout
    seen = BrandsSeen(
        week=state.week,
        luck=state.luck(Decision.BRAND_EFFORT),
        key=distributors.key,
        territory=distributors.territory,
        brands=len(layout.brands),
        own_brand=layout.own_brand,
        offer_brand=state.boards.offers.brand,
        turnover=distributors.turnover,
        margin=margins(state),
        trust=distributors.trust,
        usual_trust=state.params.channel.trust_start,
    )
    answer: BrandEffort = state.rules.ask("brand_effort", seen, size=len(seen.key))
    sums = answer.share.sum(axis=1)
    if (answer.share < 0).any() or not np.allclose(sums, 1.0):
        raise InputError(
            "policy.brand_effort",
            f"the rule answered with shares from {answer.share.min():g} that sum to {sums.min():g}..{sums.max():g}",
            "shares of at least 0 that sum to 1 for each distributor",
            "mend the rule",
        )
    shares: NDArray[np.float64] = answer.share.astype(np.float64)
    return shares
