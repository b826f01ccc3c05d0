"""Ordering: how much does a distributor order this week?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import DistributorSeen, Floats


class Orders(Answer):
    """Quantities ordered from the supplier, the plant or another distributor; real-valued, rounded and kept non-negative by the engine."""

    quantity: Floats = answer_field(
        "Quantities ordered from the supplier; real-valued, rounded by the engine.",
        unit="units/week",
        shape=("distributors", "own offers"),
        low=0,
    )


class OrderingRule(Rule):
    """The distributor's order rule."""

    question: ClassVar[str] = "ordering"
    actor: ClassVar[str] = "distributor"
    asked: ClassVar[str] = "every week, the last tier of the channel first"
    ordinary: ClassVar[str] = "order_up_to"

    @abstractmethod
    def answer(self, seen: DistributorSeen) -> Orders:
        """Order for every distributor and offer."""
