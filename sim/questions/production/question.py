"""Production: how much does the plant start this week?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, PlantSeen


@dataclass(frozen=True)
class Production:
    """Quantities started; real-valued, rounded and kept non-negative by the engine."""

    quantity: Floats  # [own offers]


class ProductionRule(Rule):
    """The plant's order rule; asked every week."""

    question: ClassVar[str] = "production"

    @abstractmethod
    def answer(self, seen: PlantSeen) -> Production:
        """Start production of every own offer."""
