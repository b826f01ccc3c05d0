"""Anchoring and adjustment: how people order, who forget part of what is on its way."""

from __future__ import annotations

from typing import Literal

from sim.quantity import param
from sim.questions.ordering.question import OrderingRule, Orders
from sim.solvers.order_rules import anchor_and_adjust
from sim.views import DistributorSeen


class AnchorAndAdjust(OrderingRule):
    """O = max(0, L̂ + α(S' − S − β·SL)), S' in weeks of forecast or fixed (Sterman 1989)."""

    kind: Literal["anchoring"] = "anchoring"
    alpha: float = param(
        0.26, unit="1/week", doc="Share of the stock gap closed in a week.", bounds=(0, 1), source="Sterman 1989"
    )
    beta: float = param(
        0.34, unit="share", doc="Share of the supply line that is remembered.", bounds=(0, 1), source="Sterman 1989"
    )
    desired_cover: float = param(
        6.0, unit="weeks", doc="Desired stock and supply line, in weeks of forecast.", bounds=(0, 52)
    )
    desired_units: float = param(
        0.0,
        unit="units",
        doc="S' as a number of units of each offer that no forecast changes, as in Sterman's game; 0: by `desired_cover`.",
        bounds=(0, 1e9),
    )

    def answer(self, seen: DistributorSeen) -> Orders:
        """Anchor on the forecast and close part of the gap."""
        desired = self.desired_units if self.desired_units > 0 else self.desired_cover * seen.expected
        stock = seen.on_hand - seen.owed
        return Orders(quantity=anchor_and_adjust(seen.expected, desired, stock, seen.on_order, self.alpha, self.beta))
