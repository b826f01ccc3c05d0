"""Ordering: how much does a distributor order this week?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import DistributorSeen, Floats


@dataclass(frozen=True)
class Orders:
    """Quantities ordered from the supplier, the plant or another distributor; real-valued, rounded and kept non-negative by the engine."""

    quantity: Floats  # [D, own offers]


class OrderingRule(Rule):
    """The distributor's order rule; asked every week, the last tier of the channel first."""

    question: ClassVar[str] = "ordering"

    @abstractmethod
    def answer(self, seen: DistributorSeen) -> Orders:
        """Order for every distributor and offer."""
