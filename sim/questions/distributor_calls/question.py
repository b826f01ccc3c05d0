"""Distributor calls: how many hours do reps spend on the distributors of their territory?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats


class DistributorCalls(Answer):
    """Hours a week of every rep of the territory for its distributors, the way there included; in equal parts for each.

    They go off the rep's hours before calls on customers, and are cut to what the week has left.
    """

    hours: Floats = answer_field(
        "Hours of every rep of the territory.", unit="hours/rep/week", shape=("territories",), low=0
    )


class DistributorCallsRule(Rule):
    """The firm's plan for calls on distributors, beyond taking their orders."""

    question: ClassVar[str] = "distributor_calls"
    actor: ClassVar[str] = "manufacturer"
    ordinary: ClassVar[str] = "none"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> DistributorCalls:
        """Set the hours in every territory."""
