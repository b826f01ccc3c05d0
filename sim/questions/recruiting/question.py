"""Recruiting: where does the firm look for new reps, and how does it choose among applicants?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats, Ints

#: Channels and interviews by their number in an answer.
CHANNELS = ("advertised", "referral", "agency")
INTERVIEWS = ("unstructured", "structured", "work_sample", "knowledge")


class Recruiting(Answer):
    """How vacancies of each territory are filled."""

    channel: Ints = answer_field(
        "Channel by which vacancies are filled.", unit="number", shape=("territories",), names=CHANNELS
    )
    interview: Ints = answer_field("Kind of interview.", unit="number", shape=("territories",), names=INTERVIEWS)
    care: Floats = answer_field(
        "Manager's hours per applicant spent on treating applicants as guests.",
        unit="hours/applicant",
        shape=("territories",),
        low=0,
    )
    maturity_weight: Floats = answer_field(
        "Standard deviations of ability that one of maturity is worth to the firm when it ranks applicants.",
        unit="sd/sd",
        shape=("territories",),
        low=0,
    )


class RecruitingRule(Rule):
    """Channel and process of hiring."""

    question: ClassVar[str] = "recruiting"
    actor: ClassVar[str] = "manufacturer"
    ordinary: ClassVar[str] = "one_way"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Recruiting:
        """Set channel and process of every territory for this week."""
