"""Pricing: what discount on its list prices does the firm grant to each segment?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats


@dataclass(frozen=True)
class Discounts:
    """Discount on the list price by segment label; row 0 holds for customers without a segment."""

    discount: Floats  # [1 + segments] 0..1


class PricingRule(Rule):
    """Segment prices; asked every week."""

    question: ClassVar[str] = "pricing"

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Discounts:
        """Set the discount of every segment for this week."""
