"""Calls: whom does a rep visit this week?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, RepSeen


@dataclass(frozen=True)
class CallShares:
    """Share of the rep's calls that each of its accounts is meant to get this week; sums to 1 per rep with accounts."""

    share: Floats  # [A]


class CallsRule(Rule):
    """How reps divide their calls among their accounts."""

    question: ClassVar[str] = "calls"

    @abstractmethod
    def answer(self, seen: RepSeen) -> CallShares:
        """Divide each rep's calls among its accounts."""
