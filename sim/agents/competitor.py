"""Competitors: rival brands who watch their share, price their offers and promote them."""

from __future__ import annotations

import mesa
import numpy as np

from sim.derived.rival_spending import usual_advertising
from sim.keys import keys_of
from sim.questions.rival_campaign import RivalCampaigns
from sim.questions.rival_price import RivalPrices
from sim.rng import Decision
from sim.state import MarketState
from sim.views import CompetitorSeen, RivalBrandsSeen


class Competitor(mesa.Agent):
    """A rival brand with its offers."""

    def __init__(self, model: mesa.Model, name: str, offers: list[str]) -> None:
        super().__init__(model)
        self.name = name
        self.offers = offers

    @staticmethod
    def see(state: MarketState) -> CompetitorSeen:
        """What all rivals see of their offers."""
        rivals = state.rivals
        return CompetitorSeen(
            week=state.calendar,
            luck=state.luck(Decision.RIVAL_PRICE),
            key=rivals.key,
            price=rivals.price,
            unit_cost=rivals.unit_cost,
            share=rivals.share,
            price_sensitivity=rivals.sensitivity,
        )

    @staticmethod
    def see_campaigns(state: MarketState) -> RivalBrandsSeen:
        """What all rival brands see of our campaigns, with a lag and an error of their own."""
        key = keys_of(brand.name for brand in state.layout.brands if not brand.own)
        then = state.week - state.params.rivals.campaign_lag
        spent = state.territories.campaigns[:, max(then, 0)] * (then >= 0)
        error = state.luck(Decision.RIVAL_WATCH).normal(key[:, None], state.territories.key[None, :])
        spread = state.params.rivals.watch_error
        return RivalBrandsSeen(
            week=state.calendar,
            luck=state.luck(Decision.RIVAL_ADVERTISING),
            key=key,
            customers=state.territories.registered,
            usual=np.tile(usual_advertising(state), (len(key), 1)),
            campaigns_seen=spent * np.exp(spread * error - 0.5 * spread**2),
        )

    @staticmethod
    def decide_prices(state: MarketState) -> RivalPrices:
        """Ask the rivals for their prices."""
        answer: RivalPrices = state.rules.ask("rival_price", Competitor.see(state))
        return answer

    @staticmethod
    def decide_campaigns(state: MarketState) -> RivalCampaigns:
        """Ask the rivals what they spend on advertising and campaigns."""
        answer: RivalCampaigns = state.rules.ask("rival_campaign", Competitor.see_campaigns(state))
        return answer
