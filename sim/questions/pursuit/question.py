"""Pursuit: which of the open projects of their accounts do reps work on this week, and with how many of their calls?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, PursuitSeen


class Pursuit(Answer):
    """What each open project is meant to get.

    A rep carries as many as the rep's load allows, those of the highest ``priority`` first; one of priority 0 is never
    taken up. ``share`` is the part of the rep's calls that a project gets if it is carried, on the account whose
    project it is; parts beyond 1 for a rep are scaled down to 1, and what is left of the calls follows the question
    ``calls``.
    """

    priority: Floats = answer_field(
        "Rank of each project: a rep carries those of the highest priority, as many as its load allows; 0 is never taken up.",
        unit="1",
        shape=("open projects",),
        low=0,
        cut=True,
    )
    share: Floats = answer_field(
        "Part of the rep's calls that the project gets if it is carried; shares beyond 1 for a rep are scaled down to 1.",
        unit="share",
        shape=("open projects",),
        low=0,
        high=1,
        cut=True,
    )


class PursuitRule(Rule):
    """How reps choose among the open projects of their accounts."""

    question: ClassVar[str] = "pursuit"
    actor: ClassVar[str] = "sales rep"
    asked: ClassVar[str] = "in weeks in which reps have open projects"
    ordinary: ClassVar[str] = "biggest_first"

    @abstractmethod
    def answer(self, seen: PursuitSeen) -> Pursuit:
        """Rank each rep's projects and set calls aside for them."""
