"""Effort: how hard does a rep work in the hours it has?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, RepSeen


@dataclass(frozen=True)
class Effort:
    """Effort per rep: 1 is the reference at which an hour in the field gives the standard number of calls."""

    effort: Floats  # [R] 0..1


class EffortRule(Rule):
    """How reps choose their effort."""

    question: ClassVar[str] = "effort"

    @abstractmethod
    def answer(self, seen: RepSeen) -> Effort:
        """Choose every rep's effort for this week."""
