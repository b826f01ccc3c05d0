"""Pursuit: which of the open projects of their accounts do reps work on this week, and with how many of their calls?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, PursuitSeen


@dataclass(frozen=True)
class Pursuit:
    """What each open project is meant to get.

    A rep carries as many as the rep's load allows, those of the highest ``priority`` first; one of priority 0 is never
    taken up. ``share`` is the part of the rep's calls that a project gets if it is carried, on the account whose
    project it is; parts beyond 1 for a rep are scaled down to 1, and what is left of the calls follows the question
    ``calls``.
    """

    priority: Floats  # [P] ≥ 0
    share: Floats  # [P] 0..1


class PursuitRule(Rule):
    """How reps choose among the open projects of their accounts; asked in weeks in which there are any."""

    question: ClassVar[str] = "pursuit"

    @abstractmethod
    def answer(self, seen: PursuitSeen) -> Pursuit:
        """Rank each rep's projects and set calls aside for them."""
