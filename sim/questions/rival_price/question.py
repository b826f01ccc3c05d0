"""Rival price: what does a competitor charge this week?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import CompetitorSeen, Floats


@dataclass(frozen=True)
class RivalPrices:
    """Prices of rival offers relative to the reference price of their category."""

    price: Floats  # [rival offers]


class RivalPriceRule(Rule):
    """The competitor's price; asked every week."""

    question: ClassVar[str] = "rival_price"

    @abstractmethod
    def answer(self, seen: CompetitorSeen) -> RivalPrices:
        """Price every rival offer."""
