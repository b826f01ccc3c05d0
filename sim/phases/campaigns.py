"""Campaigns: ours and rivals' run, move utility and goodwill where they run, and wear customers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.competitor import Competitor
from sim.agents.market_department import MarketDepartment
from sim.derived.rival_spending import usual_advertising
from sim.quantity import retention_of_half_life
from sim.solvers.campaign import campaign_utility, wear_out
from sim.state import MarketState

Floats = NDArray[np.float64]


def run_campaigns(state: MarketState) -> Floats:
    """Ask the firm and its rivals; returns what each brand spends on goodwill by territory [B, T], our advertising aside."""
    own, brands = state.layout.own_brand, len(state.layout.brands)
    rivals = np.arange(brands) != own
    goodwill = np.tile(usual_advertising(state), (brands, 1))
    goodwill[own] = 0.0
    wanted = np.zeros_like(goodwill)
    if not state.idle("promotion"):
        state.today.campaigns = ours = MarketDepartment.decide_promotion(state)
        goodwill[own] = ours.spend * ours.information
        wanted[own] = ours.spend * (1.0 - ours.information)
        state.territories.campaigns[:, state.week] = ours.spend
    if not state.idle("rival_campaign"):
        theirs = Competitor.decide_campaigns(state)
        goodwill[rivals] = theirs.advertising
        wanted[rivals] = theirs.campaign
        state.today.rival_campaigns = theirs.campaign.sum(axis=0)
    _move_choice(state, wanted)
    return goodwill


def _move_choice(state: MarketState, wanted: Floats) -> None:
    """Utility of the promoted offers in each territory for spending ``wanted`` [B, T], and the wear it leaves."""
    numbers, wear = state.params.promotion, state.territories.wear
    runs = wanted.T > 0
    if runs.any():
        pressure = wanted / np.maximum(state.numbers.customers_of, 1) / numbers.reference_spend
        utility = campaign_utility(pressure.T, wear, numbers.strength, numbers.exponent, numbers.wear)
        push = utility[:, state.board.brand]
        if state.today.campaigns is not None:
            push[:, list(state.layout.own_offers)] *= state.today.campaigns.offers
        state.today.promotion = push
    if runs.any() or wear.any():
        wear[:] = wear_out(wear, runs, retention_of_half_life(numbers.wear_half_life))


def take_off_prices(state: MarketState, discount: NDArray[np.floating]) -> NDArray[np.floating]:
    """Discounts with what campaigns take off besides, to be spread over [D, price groups, own offers], from those of segments.

    What is taken off is a share of the discounted list price, so that both together never exceed it. Without a
    price-off the discounts stay as they are.
    """
    campaigns, own = state.today.campaigns, list(state.layout.own_offers)
    if campaigns is None or not campaigns.price_off.any():
        return discount[None, :, None]
    off = campaigns.price_off[:, :, None] * campaigns.offers[:, None, :]
    list_price, rest = state.numbers.list_price[own], 1.0 - discount[None, :, None]
    minor = np.zeros((*off.shape[:2], len(state.layout.offers)), dtype=np.int64)
    minor[:, :, own] = np.rint(off * rest * list_price)
    state.today.price_off = minor
    net: Floats = (1.0 - off[state.distributors.territory]) * rest
    return 1.0 - net
