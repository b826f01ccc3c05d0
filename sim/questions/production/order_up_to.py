"""The plant's order-up-to rule, on distributors' orders or, where they share it, on their sell-out."""

from __future__ import annotations

from typing import Literal

from sim.quantity import param
from sim.questions.production.question import Production, ProductionRule
from sim.solvers.order_rules import order_up_to, order_up_to_level
from sim.views import PlantSeen


class PlantOrderUpTo(ProductionRule):
    """Forecast = shared sell-out for the shared part of the volume, distributors' orders for the rest."""

    kind: Literal["order_up_to"] = "order_up_to"
    safety_factor: float = param(2.0, unit="sd", doc="z of the wanted cycle service.", bounds=(-5, 6), soft=(0.5, 3))
    extra_cover: float = param(1.0, unit="weeks", doc="Weeks of sales kept beyond the safety stock.", bounds=(0, 52))

    def answer(self, seen: PlantSeen) -> Production:
        """Start what is missing to the target."""
        share = seen.shared_share
        expected = share * seen.shared_expected + (1 - share) * seen.expected
        deviation = share * seen.shared_deviation + (1 - share) * seen.deviation
        target = order_up_to_level(expected, deviation, seen.cover, self.safety_factor)
        position = seen.on_hand + seen.in_production - seen.owed
        return Production(quantity=order_up_to(target + self.extra_cover * expected, position))
