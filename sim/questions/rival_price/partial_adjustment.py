"""Partial adjustment: a competitor moves part of the way to its best response."""

from __future__ import annotations

from typing import Literal

from sim.quantity import param
from sim.questions.rival_price.question import RivalPriceRule, RivalPrices
from sim.solvers.best_response import adjust_partially, logit_markup_price
from sim.views import CompetitorSeen


class PartialAdjustment(RivalPriceRule):
    """p' = p + speed·(c + 1/(b·(1−s)) − p) every ``every`` weeks, with the share it believes to have (MODEL §9)."""

    kind: Literal["partial_adjustment"] = "partial_adjustment"
    speed: float = param(
        0.2, unit="share of the gap", doc="How far one revision moves towards the best response.", bounds=(0, 1)
    )
    largest_share: float = param(
        0.95,
        unit="share",
        doc="Share beyond which a rival does not raise its mark-up: a monopolist's has no bound.",
        bounds=(0, 0.999),
    )
    every: int = param(4, unit="weeks", doc="Weeks between revisions of prices.", bounds=(1, 104))

    def answer(self, seen: CompetitorSeen) -> RivalPrices:
        """Move every rival offer, or hold between revisions."""
        if seen.week % self.every:
            return RivalPrices(price=seen.price)
        target = logit_markup_price(seen.unit_cost, seen.share, seen.price_sensitivity, self.largest_share)
        return RivalPrices(price=adjust_partially(seen.price, target, self.speed))
