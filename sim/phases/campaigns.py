"""Campaigns: ours and rivals' run, move utility and goodwill where they run, and wear customers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.competitor import Competitor
from sim.agents.market_department import MarketDepartment
from sim.derived.rival_spending import usual_advertising
from sim.quantity import retention_of_half_life
from sim.questions.promotion import Promotion
from sim.solvers.campaign import campaign_utility, wear_out
from sim.state import MarketState
from sim.state.today import Campaigns

Floats = NDArray[np.floating[Any]]


def run_campaigns(state: MarketState) -> tuple[Campaigns, Floats]:
    """Ask the firm and its rivals; returns what runs, and what each brand spends on goodwill by territory [B, T].

    Our advertising is not in it.
    """
    own, brands = state.layout.own_brand, len(state.layout.brands)
    rivals = list(state.layout.rival_brands)
    goodwill = np.full((brands, len(state.territories)), usual_advertising(state))
    goodwill[own] = 0.0
    there = state.presence.brands(state.week, state.boards.offers.brand, brands)
    goodwill[~there] = 0.0
    wanted = np.zeros_like(goodwill)
    ours, by_rivals = None, None
    if not state.rules.idle("promotion"):
        ours = MarketDepartment.decide_promotion(state)
        goodwill[own] = ours.spend * ours.information
        wanted[own] = ours.spend * (1.0 - ours.information)
        state.territories.campaigns[:, state.week] = ours.spend
    if not state.rules.idle("rival_campaign"):
        answer = Competitor.decide_campaigns(state)
        goodwill[rivals] = answer.advertising * there[rivals][:, None]
        wanted[rivals] = answer.campaign * there[rivals][:, None]
        by_rivals = wanted[rivals].sum(axis=0)
    return Campaigns(ours, by_rivals, _move_choice(state, ours, wanted)), goodwill


def _move_choice(state: MarketState, ours: Promotion | None, wanted: Floats) -> Floats | None:
    """Utility of the promoted offers in each territory for spending ``wanted`` [B, T], and the wear it leaves."""
    numbers, wear, push = state.params.promotion, state.territories.wear, None
    runs = wanted.T > 0
    if runs.any():
        pressure = wanted / np.maximum(state.numbers.customers_of, 1) / numbers.reference_spend
        utility = campaign_utility(pressure.T, wear, numbers.strength, numbers.exponent, numbers.wear)
        push = utility[:, state.boards.offers.brand]
        if ours is not None:
            push[:, state.numbers.own_offers] *= ours.offers
    if runs.any() or wear.any():
        wear[:] = wear_out(wear, runs, retention_of_half_life(numbers.wear_half_life))
    return push


def take_off_prices(
    state: MarketState, campaigns: Promotion | None, discount: Floats
) -> tuple[Floats, NDArray[np.int64] | None]:
    """Discounts of segments with what campaigns take off in addition, to be spread over [D, price groups, own offers].

    What is taken off is a share of the discounted list price, so that both together never exceed it. Without a
    price-off the discounts stay as they are. Returns also what campaigns take off, minor units a unit [T, price groups,
    J]; None without a price-off.
    """
    own = state.numbers.own_offers
    if campaigns is None or not campaigns.price_off.any():
        return discount[None, :, None], None
    off = campaigns.price_off[:, :, None] * campaigns.offers[:, None, :]
    list_price, rest = state.numbers.list_price[own], 1.0 - discount[None, :, None]
    minor = np.zeros((*off.shape[:2], len(state.layout.offers)), dtype=np.int64)
    minor[:, :, own] = np.rint(off * rest * list_price)
    net: Floats = (1.0 - off[state.distributors.territory]) * rest
    return 1.0 - net, minor
