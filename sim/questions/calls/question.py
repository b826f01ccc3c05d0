"""Calls: which customers does a rep visit this week?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, RepSeen


class CallShares(Answer):
    """Share of the rep's calls that each of its accounts is meant to get this week; sums to 1 per rep with accounts."""

    share: Floats = answer_field(
        "Part of the rep's calls that each of its accounts is meant to get; made to sum to 1 for each rep with accounts.",
        unit="share",
        shape=("accounts",),
        low=0,
        cut=True,
    )


class CallsRule(Rule):
    """How reps divide their calls among their accounts."""

    question: ClassVar[str] = "calls"
    actor: ClassVar[str] = "sales rep"
    ordinary: ClassVar[str] = "plan_and_interest"

    @abstractmethod
    def answer(self, seen: RepSeen) -> CallShares:
        """Divide each rep's calls among its accounts."""
