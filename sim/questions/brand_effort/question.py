"""Brand effort: how does a distributor divide its selling effort among the brands it carries?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.quantity import param
from sim.rules.rule import Rule
from sim.views import BrandsSeen, Floats


@dataclass(frozen=True)
class BrandEffort:
    """Share of the distributor's selling effort that each brand gets; sums to 1 per distributor."""

    share: Floats  # [D, B]


class BrandEffortRule(Rule):
    """The distributor's own choice; asked every ``every`` weeks, and before the first for what is usual."""

    question: ClassVar[str] = "brand_effort"
    every: int = param(4, unit="weeks", doc="Weeks for which a distributor keeps its division.", bounds=(1, 520))

    @abstractmethod
    def answer(self, seen: BrandsSeen) -> BrandEffort:
        """Divide every distributor's effort."""
