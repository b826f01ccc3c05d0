"""Technical: how closely do designers work with service and sales, so that field problems reach them and reps know the product?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, Ints, TechnicalSeen


@dataclass(frozen=True)
class Technical:
    """The working of the technical department with each territory."""

    report_share: (
        Floats  # [T] 0..1 repairs whose problem the engineer writes up, each for params.technical.report_hours
    )
    delay: Ints  # [T] weeks from the field (a rep's form: from headquarters) to the designer
    analysis_hours: Floats  # [T] hours a week of service engineers for analysis of reported problems with designers
    training_hours: Floats  # [T] hours a week in which an engineer trains the territory's reps together
    cost: Ints  # [T] minor units a week


class TechnicalRule(Rule):
    """The technical department's ties to the field; asked every week in a market where durables fail."""

    question: ClassVar[str] = "technical"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: TechnicalSeen) -> Technical:
        """Set the department's work with every territory for this week."""
