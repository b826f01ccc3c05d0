"""Distributors: hold stock, set retail prices, order from the manufacturer, share their data or not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.row_agent import RowAgent
from sim.decisions.brand_effort import BrandEffort
from sim.decisions.ordering import Orders
from sim.decisions.retail_price import RetailPrices
from sim.decisions.seen import BrandsSeen, DistributorSeen
from sim.decisions.sharing import Sharing
from sim.errors import InputError
from sim.rng import Decision
from sim.solvers.order_rules import error_deviation
from sim.state import MarketState


class Distributor(RowAgent):
    """An independent distributor of our offers in one territory."""


def see_distributors(state: MarketState, decision: Decision) -> DistributorSeen:
    """What all distributors see, each its own rows."""
    wholesale = np.array([state.layout.offers[j].list_price for j in state.layout.own_offers], dtype=np.int64)
    count = len(state.distributors)
    return DistributorSeen(
        week=state.week,
        luck=state.luck(decision),
        key=state.distributors.key,
        territory=state.distributors.territory,
        on_hand=state.channel.on_hand,
        on_order=state.channel.owed + state.channel.in_transit,
        owed=state.channel.backorders,
        expected=state.forecasts.level,
        deviation=error_deviation(state.forecasts),
        cover=np.full(count, state.params.channel.cover_weeks),
        wholesale=np.broadcast_to(wholesale, (count, len(wholesale))),
        purchases=state.distributors.purchases,
        trust=state.distributors.trust,
        sharing_payment=state.distributors.payment,
        direct_sales_share=np.zeros(count),
    )


def decide_sharing(state: MarketState) -> Sharing:
    """Ask every distributor whether it shares its sell-out data."""
    answer: Sharing = state.ask("share_data", see_distributors(state, Decision.SHARE_DATA))
    return answer


def decide_retail_prices(state: MarketState) -> RetailPrices:
    """Ask every distributor for its retail prices."""
    answer: RetailPrices = state.ask("retail_price", see_distributors(state, Decision.RETAIL_PRICE))
    if (answer.price < 0).any():
        raise InputError(
            "policy.retail_price", "the rule answered with a negative price", "prices of at least 0", "mend the rule"
        )
    return answer


def decide_orders(state: MarketState) -> Orders:
    """Ask every distributor what it orders."""
    answer: Orders = state.ask("ordering", see_distributors(state, Decision.ORDER_NOISE))
    if (answer.quantity < 0).any():
        raise InputError(
            "policy.ordering", "the rule answered with a negative order", "orders of at least 0", "mend the rule"
        )
    return answer


def margins(state: MarketState) -> NDArray[np.float64]:
    """Share of the retail price of each offer that stays with each distributor [D, J].

    Of our offers by its own price list, of rivals' offers by the mark-up of the channel.
    """
    own, markup = list(state.layout.own_offers), state.params.rivals.channel_markup
    margin = np.full((len(state.distributors), len(state.layout.offers)), markup / (1.0 + markup))
    price = state.distributors.price.astype(np.float64)
    paid = state.numbers.list_price[own]
    margin[:, own] = np.where(price > 0, 1.0 - paid / np.where(price > 0, price, 1.0), 0.0)
    return margin


def decide_brand_effort(state: MarketState) -> NDArray[np.float64]:
    """Ask every distributor how it divides its effort; returns our brand's share [D]."""
    distributors, layout = state.distributors, state.layout
    seen = BrandsSeen(
        week=state.week,
        luck=state.luck(Decision.BRAND_EFFORT),
        key=distributors.key,
        territory=distributors.territory,
        brands=len(layout.brands),
        own_brand=layout.own_brand,
        offer_brand=state.board.brand,
        turnover=distributors.turnover,
        margin=margins(state),
        trust=distributors.trust,
        usual_trust=state.params.channel.trust_start,
    )
    answer: BrandEffort = state.ask("brand_effort", seen)
    sums = answer.share.sum(axis=1)
    if (answer.share < 0).any() or not np.allclose(sums, 1.0):
        raise InputError(
            "policy.brand_effort",
            f"the rule answered with shares from {answer.share.min():g} that sum to {sums.min():g}..{sums.max():g}",
            "shares of at least 0 that sum to 1 for each distributor",
            "mend the rule",
        )
    ours: NDArray[np.float64] = answer.share[:, layout.own_brand].astype(np.float64)
    return ours
