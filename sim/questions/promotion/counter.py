"""Countermeasures: a campaign where rivals' prices, as far as the firm watches them, have fallen."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.promotion.question import Promotion, PromotionRule, share_of_potential
from sim.views import FirmSeen


class CounterCampaign(PromotionRule):
    """A campaign runs in a territory while rivals' prices seen there lie below what was usual; blind without a price watch."""

    kind: Literal["counter"] = "counter"
    budget: int = param(
        3_000_000, unit="minor units/week", doc="Spent a week if it ran everywhere.", bounds=(0, 10**13), lever=True
    )
    trigger: float = param(
        0.03,
        unit="share",
        doc="Fall of rivals' mean price against the usual from which the firm answers.",
        bounds=(0, 1),
        lever=True,
    )
    price_off: float = param(
        0.0, unit="share", doc="Taken off list prices where it runs.", bounds=(0, 0.9), soft=(0, 0.3), lever=True
    )

    def answer(self, seen: FirmSeen) -> Promotion:
        """Look at each territory's rival prices against the usual ones."""
        noted = np.isfinite(seen.rival_price)  # an offer that is not in the market has no price
        watched = noted.any(axis=1)
        ratio = np.ones(len(seen.sales))
        relative = np.where(noted, seen.rival_price, 0.0) / np.where(noted, seen.rival_price_usual, 1.0)
        ratio[watched] = relative[watched].sum(axis=1) / noted[watched].sum(axis=1)
        runs = ratio < 1.0 - self.trigger
        return Promotion(
            spend=np.floor(runs * self.budget * share_of_potential(seen)).astype(np.int64),
            information=np.zeros(len(runs)),
            price_off=np.repeat((runs * self.price_off)[:, None], seen.segments + 1, axis=1),
            offers=np.ones((len(runs), len(seen.list_price)), dtype=np.bool_),
        )
