"""Competitors: rival brands who watch their share and price their offers."""

from __future__ import annotations

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.keys import keys_of
from sim.quantity import WEEKS_PER_YEAR
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


def decide_rival_prices(state: MarketState) -> RivalPrices:
    """Ask the rivals for their prices."""
    rivals = state.rivals
    seen = CompetitorSeen(
        week=state.week,
        luck=state.luck(Decision.RIVAL_PRICE),
        key=rivals.key,
        price=rivals.price,
        unit_cost=rivals.unit_cost,
        share=rivals.share,
        price_sensitivity=rivals.sensitivity,
    )
    answer: RivalPrices = state.rules.ask("rival_price", seen, size=len(seen.key))
    if not bool(np.all(answer.price > 0)):
        raise InputError(
            "policy.rival_price", "the rule answered with a price of 0 or less", "prices above 0", "mend the rule"
        )
    return answer


def usual_advertising(state: MarketState) -> NDArray[np.float64]:
    """What each rival brand usually spends on advertising by territory [T], minor units a week: where registers say that customers are."""
    heads = state.territories.registered
    usual: NDArray[np.float64] = state.params.rivals.advertising / WEEKS_PER_YEAR * heads / max(heads.sum(), 1)
    return usual


def decide_rival_campaigns(state: MarketState) -> RivalCampaigns:
    """Ask the rivals what they spend on advertising and campaigns."""
    key = keys_of(brand.name for brand in state.layout.brands if not brand.own)
    then = state.week - state.params.rivals.campaign_lag
    spent = state.territories.campaigns[:, max(then, 0)] * (then >= 0)
    error = state.luck(Decision.RIVAL_WATCH).normal(key[:, None], state.territories.key[None, :])
    spread = state.params.rivals.watch_error
    seen = RivalBrandsSeen(
        week=state.week,
        luck=state.luck(Decision.RIVAL_ADVERTISING),
        key=key,
        customers=state.territories.registered,
        usual=np.tile(usual_advertising(state), (len(key), 1)),
        campaigns_seen=spent * np.exp(spread * error - 0.5 * spread**2),
    )
    answer: RivalCampaigns = state.rules.ask("rival_campaign", seen, size=len(seen.key))
    if not bool((answer.advertising >= 0).all() and (answer.campaign >= 0).all()):
        raise InputError(
            "policy.rival_campaign",
            "the rule answered with negative spending",
            "spending of at least 0",
            "mend the rule",
        )
    return answer
