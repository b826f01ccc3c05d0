"""Retention: what does the firm pay a rep who has an outside offer for staying?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Ints, RetentionSeen


class Retention(Answer):
    """Counter-offers of this week."""

    stay_bonus: Ints = answer_field(
        "Paid once to those who had an offer and stay.", unit="minor units", shape=("reps",), low=0
    )


class RetentionRule(Rule):
    """Counter-offers."""

    question: ClassVar[str] = "retention"
    actor: ClassVar[str] = "manufacturer"
    asked: ClassVar[str] = "in weeks in which a rep has an outside offer"
    ordinary: ClassVar[str] = "none"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: RetentionSeen) -> Retention:
        """Set what each rep gets for staying, should it have an offer."""
