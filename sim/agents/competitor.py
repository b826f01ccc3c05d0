"""Competitors: rival brands who watch their share and price their offers."""

from __future__ import annotations

import mesa
import numpy as np

from sim.decisions.rival_price import RivalPrices
from sim.decisions.seen import CompetitorSeen
from sim.errors import InputError
from sim.rng import Decision
from sim.state import MarketState


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
        key=rivals.offer,
        price=rivals.price,
        unit_cost=rivals.unit_cost,
        share=rivals.share,
        price_sensitivity=rivals.sensitivity,
    )
    answer: RivalPrices = state.ask("rival_price", seen)
    if not bool(np.all(answer.price > 0)):
        raise InputError(
            "policy.rival_price", "the rule answered with a price of 0 or less", "prices above 0", "mend the rule"
        )
    return answer
