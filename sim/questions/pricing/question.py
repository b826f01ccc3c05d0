"""Pricing: what discount on its list prices does the firm grant to each segment?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats


class Discounts(Answer):
    """Discount on the list price by segment label; row 0 applies to customers without a segment."""

    discount: Floats = answer_field(
        "Discount on list prices by segment label; the first for customers without a segment.",
        unit="share",
        shape=("price groups",),
        low=0,
        below=1,
    )


class PricingRule(Rule):
    """Segment prices."""

    question: ClassVar[str] = "pricing"
    actor: ClassVar[str] = "market department"
    ordinary: ClassVar[str] = "list_price"

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Discounts:
        """Set the discount of every segment for this week."""
