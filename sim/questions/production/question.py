"""Production: how much does the plant start this week?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, PlantSeen


class Production(Answer):
    """Quantities started; real-valued, rounded and kept non-negative by the engine."""

    quantity: Floats = answer_field(
        "Quantities started; real-valued, rounded by the engine.", unit="units/week", shape=("own offers",), low=0
    )


class ProductionRule(Rule):
    """The plant's order rule."""

    question: ClassVar[str] = "production"
    actor: ClassVar[str] = "manufacturer"
    ordinary: ClassVar[str] = "order_up_to"

    @abstractmethod
    def answer(self, seen: PlantSeen) -> Production:
        """Start production of every own offer."""
