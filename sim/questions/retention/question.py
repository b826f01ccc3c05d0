"""Retention: what does the firm pay a rep who has an outside offer for staying?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Ints, RetentionSeen


@dataclass(frozen=True)
class Retention:
    """Counter-offers of this week."""

    stay_bonus: Ints  # [R] minor units, paid once to those who had an offer and stay


class RetentionRule(Rule):
    """Counter-offers; asked every week in which a rep has an offer."""

    question: ClassVar[str] = "retention"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: RetentionSeen) -> Retention:
        """Set what each rep gets for staying, should it have an offer."""
