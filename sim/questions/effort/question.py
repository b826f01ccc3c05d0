"""Effort: how hard does a rep work in the hours it has?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, RepSeen


class Effort(Answer):
    """Effort per rep: 1 is the reference at which an hour in the field gives the standard number of calls."""

    effort: Floats = answer_field(
        "Effort of each rep: 1 is the reference at which an hour in the field gives the standard number of calls.",
        unit="1",
        shape=("reps",),
        low=0,
        high=1,
        cut=True,
    )


class EffortRule(Rule):
    """How reps choose their effort."""

    question: ClassVar[str] = "effort"
    actor: ClassVar[str] = "sales rep"
    ordinary: ClassVar[str] = "quadratic_cost"

    @abstractmethod
    def answer(self, seen: RepSeen) -> Effort:
        """Choose every rep's effort for this week."""
