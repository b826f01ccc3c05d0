"""Defend: a rival that lost share asks less than its best response, and goes back to it when the share is back."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.rival_price.question import RivalPriceRule, RivalPrices
from sim.solvers.best_response import adjust_partially, logit_markup_price
from sim.views import CompetitorSeen


class DefendByPrice(RivalPriceRule):
    """Partial adjustment to the best response less a cut, at least unit cost: p' = p + speed·(max(c, p*·(1−cut)) − p).

    The cut grows with the part of the usual share that is lost beyond ``tolerance``; without a loss this is
    partial adjustment.
    """

    kind: Literal["defend"] = "defend"
    speed: float = param(
        0.2, unit="share of the gap", doc="How far one revision moves towards what is wanted.", bounds=(0, 1)
    )
    largest_share: float = param(
        0.95,
        unit="share",
        doc="Share beyond which a rival does not raise its mark-up: a monopolist's has no bound.",
        bounds=(0, 0.999),
    )
    every: int = param(4, unit="weeks", doc="Weeks between revisions of prices.", bounds=(1, 104))
    tolerance: float = param(0.05, unit="share", doc="Loss of the usual share that is not answered.", bounds=(0, 1))
    per_loss: float = param(
        0.5, unit="share of price", doc="Cut for each part of the usual share lost.", bounds=(0, 10), soft=(0, 2)
    )
    most: float = param(0.1, unit="share of price", doc="Largest cut.", bounds=(0, 0.9), soft=(0, 0.3))

    def answer(self, seen: CompetitorSeen) -> RivalPrices:
        """Move every rival offer, or hold between revisions."""
        if seen.week % self.every:
            return RivalPrices(price=seen.price)
        best = logit_markup_price(seen.unit_cost, seen.share, seen.price_sensitivity, self.largest_share)
        cut = np.clip(self.per_loss * (seen.share_lost - self.tolerance), 0.0, self.most)
        target = np.where(cut > 0.0, np.maximum(seen.unit_cost, best * (1.0 - cut)), best)
        return RivalPrices(price=adjust_partially(seen.price, target, self.speed))
