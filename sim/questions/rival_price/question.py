"""Rival price: what does a competitor charge this week?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import CompetitorSeen, Floats


class RivalPrices(Answer):
    """Prices of rival offers relative to the reference price of their category."""

    price: Floats = answer_field(
        "Prices relative to the reference price of the category.", unit="1", shape=("rival offers",), above=0
    )


class RivalPriceRule(Rule):
    """The competitor's price."""

    question: ClassVar[str] = "rival_price"
    actor: ClassVar[str] = "competitor"
    ordinary: ClassVar[str] = "partial_adjustment"

    @abstractmethod
    def answer(self, seen: CompetitorSeen) -> RivalPrices:
        """Price every rival offer."""
