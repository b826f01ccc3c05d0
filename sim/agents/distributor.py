"""Distributors: hold stock, set retail prices, order from the plant or from another distributor, share their data or not."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.agents.row_agent import RowAgent
from sim.derived.margins import margins
from sim.questions.brand_effort import BrandEffort
from sim.questions.ordering import Orders
from sim.questions.retail_price import RetailPrices
from sim.questions.share_data import Sharing
from sim.rng import Decision
from sim.solvers.order_rules import error_deviation, of_rows
from sim.solvers.tiers import to_suppliers
from sim.state import MarketState
from sim.views import BrandsSeen, DistributorSeen

#: Rows of some distributors, or all of them.
Rows: TypeAlias = NDArray[np.int64] | slice
_ALL = slice(None)


class Distributor(RowAgent):
    """An independent distributor of our offers in one territory; ``supplier`` is the row of who supplies it, -1 the plant."""

    @staticmethod
    def see(state: MarketState, decision: Decision = Decision.POLICY, rows: Rows = _ALL) -> DistributorSeen:
        """What the distributors in ``rows`` see, each its own; ``decision`` keys their luck."""
        distributors, channel, numbers = state.distributors, state.goods.channel, state.numbers
        key = distributors.key[rows]
        return DistributorSeen(
            week=state.calendar,
            luck=state.luck(decision),
            key=key,
            territory=distributors.territory[rows],
            on_hand=of_rows(channel.on_hand, rows),
            on_order=of_rows(channel.owed + channel.in_transit, rows),
            owed=of_rows(channel.backorders + to_suppliers(distributors.supplier, channel.owed), rows),
            expected=of_rows(state.goods.forecasts.level, rows),
            deviation=of_rows(error_deviation(state.goods.forecasts), rows),
            cover=numbers.order_cover[rows],
            wholesale=of_rows(distributors.wholesale, rows),
            purchases=distributors.purchases[rows],
            trust=distributors.trust[rows],
            reserve=distributors.reserve[rows],
            sharing_payment=distributors.payment[rows],
            direct_sales_share=np.zeros(len(key)),
            list_price=of_rows(numbers.price_list, rows),
        )

    @staticmethod
    def see_brands(state: MarketState) -> BrandsSeen:
        """What all distributors see of the brands they carry."""
        distributors, layout = state.distributors, state.layout
        return BrandsSeen(
            week=state.calendar,
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

    @staticmethod
    def decide_sharing(state: MarketState) -> Sharing:
        """Ask every distributor whether it shares its sell-out data."""
        answer: Sharing = state.rules.ask("share_data", partial(Distributor.see, state, Decision.SHARE_DATA))
        return answer

    @staticmethod
    def decide_retail_prices(state: MarketState) -> RetailPrices:
        """Ask every distributor for its retail prices."""
        answer: RetailPrices = state.rules.ask("retail_price", partial(Distributor.see, state, Decision.RETAIL_PRICE))
        return answer

    @staticmethod
    def decide_orders(state: MarketState, rows: Rows = _ALL) -> Orders:
        """Ask the distributors in ``rows`` what they order from their suppliers."""
        seen = Distributor.see(state, Decision.ORDER_NOISE, rows)
        answer: Orders = state.rules.ask("ordering", lambda: seen)
        if state.numbers.to_order.any():
            # What is made to order is ordered for those who wait for it, whatever the rule for stock says.
            awaited = np.maximum(seen.owed - seen.on_hand - seen.on_order, 0)
            return Orders(quantity=np.where(state.numbers.to_order, awaited, answer.quantity))
        return answer

    @staticmethod
    def decide_brand_effort(state: MarketState) -> NDArray[np.float64]:
        """Ask every distributor how it divides its effort among brands; returns shares [D, B] that sum to 1."""
        answer: BrandEffort = state.rules.ask("brand_effort", partial(Distributor.see_brands, state))
        shares: NDArray[np.float64] = answer.share.astype(np.float64)
        return shares
