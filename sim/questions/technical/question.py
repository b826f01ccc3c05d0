"""Technical: how closely do designers work with service and sales, so that field problems reach them and reps know the product?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, Ints, TechnicalSeen


class Technical(Answer):
    """The working of the technical department with each territory."""

    report_share: Floats = answer_field(
        "Part of the repairs whose problem the engineer writes up, which takes `params.technical.report_hours` each.",
        unit="share",
        shape=("territories",),
        low=0,
        high=1,
    )
    delay: Ints = answer_field(
        "Weeks from the field (a rep's form: from headquarters) to the designer.",
        unit="weeks",
        shape=("territories",),
        low=0,
    )
    analysis_hours: Floats = answer_field(
        "Hours of service engineers for analysis of reported problems with designers.",
        unit="hours/week",
        shape=("territories",),
        low=0,
    )
    training_hours: Floats = answer_field(
        "Hours in which an engineer trains the territory's reps together.",
        unit="hours/week",
        shape=("territories",),
        low=0,
    )
    cost: Ints = answer_field("Cost of working this way.", unit="minor units/week", shape=("territories",), low=0)


class TechnicalRule(Rule):
    """The technical department's ties to the field."""

    question: ClassVar[str] = "technical"
    actor: ClassVar[str] = "technical department"
    asked: ClassVar[str] = "every week in a market where durables fail"
    ordinary: ClassVar[str] = "separate"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: TechnicalSeen) -> Technical:
        """Set the department's work with every territory for this week."""
