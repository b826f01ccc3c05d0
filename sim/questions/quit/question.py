"""Quit: does a rep leave the firm, for an outside offer or without one?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, QuitSeen


class Quits(Answer):
    """How likely each rep is to leave this week; the engine draws."""

    probability: Floats = answer_field(
        "Probability that each rep leaves this week; the engine draws.",
        unit="probability/week",
        shape=("reps",),
        low=0,
        high=1,
    )


class QuitRule(Rule):
    """A rep's weighing of staying and leaving."""

    question: ClassVar[str] = "quit"
    actor: ClassVar[str] = "sales rep"
    ordinary: ClassVar[str] = "weigh_offers"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: QuitSeen) -> Quits:
        """Say how likely every rep is to leave this week."""
