"""Recruiting: where does the firm look for new reps, and how does it choose among applicants?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats, Ints

#: Channels and interviews by their number in an answer.
CHANNELS = ("advertised", "referral", "agency")
INTERVIEWS = ("unstructured", "structured", "work_sample", "knowledge")


@dataclass(frozen=True)
class Recruiting:
    """How vacancies of each territory are filled."""

    channel: Ints  # [T] number in CHANNELS
    interview: Ints  # [T] number in INTERVIEWS
    care: Floats  # [T] manager's hours per applicant spent on treating applicants as guests
    maturity_weight: Floats  # [T] sd of ability that a sd of maturity is worth to the firm when it ranks applicants


class RecruitingRule(Rule):
    """Channel and process of hiring; asked every week."""

    question: ClassVar[str] = "recruiting"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Recruiting:
        """Set channel and process of every territory for this week."""
