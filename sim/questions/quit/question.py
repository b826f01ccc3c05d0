"""Quit: does a rep leave the firm, for an outside offer or without one?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, QuitSeen


@dataclass(frozen=True)
class Quits:
    """How likely each rep is to leave this week; the engine draws."""

    probability: Floats  # [R] 0..1


class QuitRule(Rule):
    """A rep's weighing of staying and leaving; asked every week of all reps."""

    question: ClassVar[str] = "quit"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: QuitSeen) -> Quits:
        """Say how likely every rep is to leave this week."""
