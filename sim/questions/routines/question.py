"""Routines: on what does a sales manager spend hours, and what hours does that ask of the team?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from sim.quantity import param
from sim.rules.answer_fields import Answer, Fixed, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, ManagerSeen

#: The six kinds of regular meeting, in the order of an answer's columns, and how often each is held.
MEETINGS = ("morning", "evening", "weekly", "monthly", "quarterly", "yearly")
_A_WEEK = (5, 5, 1, 0, 0, 0)
_KINDS = Fixed("kinds of meeting", len(MEETINGS))
_WEEKS_BETWEEN = (1, 1, 1, 4, 13, 52)


def held_in(week: int) -> tuple[int, ...]:
    """Meetings of each kind held in ``week`` (from 0) [6]: the rarer ones close their month, quarter and year."""
    return tuple(
        [
            usual + (every > 1 and week % every == every - 1)
            for usual, every in zip(_A_WEEK, _WEEKS_BETWEEN, strict=True)
        ]
    )


def meetings_in(week: int) -> Floats:
    """The same as an array."""
    return np.array(held_in(week), dtype=np.float64)


class Routines(Answer):
    """Hours a week of the four routines, of training and of control, one row per manager.

    Meetings and forms take hours from every rep of the team; field visits, review talks and training on the job take
    the manager's hours per rep (and as many of the rep's for talks and training). Where other rules hold in some
    territories, each rep of a team gets what its manager answers to the rule of the rep's territory. The
    engine scales down what exceeds the manager's hours.
    """

    meetings: Floats = answer_field(
        "Hours of meetings of this week by kind, for each rep and for the manager.",
        unit="hours/week",
        shape=("teams", _KINDS),
        low=0,
    )
    form_hours: Floats = answer_field("Hours for one set of forms.", unit="hours/rep/week", shape=("teams",), low=0)
    question_hours: Floats = answer_field(
        "Hours of each call in which the rep asks what the customer is and buys, on top of the hours of selling.",
        unit="hours/call",
        shape=("teams",),
        low=0,
    )
    form_checking: Floats = answer_field(
        "Manager's hours for reading and checking the forms of the whole team.",
        unit="hours/week",
        shape=("teams",),
        low=0,
    )
    visit_hours: Floats = answer_field("Manager's hours in the field.", unit="hours/rep/week", shape=("teams",), low=0)
    review_hours: Floats = answer_field("Hours of review talks.", unit="hours/rep/week", shape=("teams",), low=0)
    training_hours: Floats = answer_field(
        "Hours of external training, paid for by the firm.", unit="hours/rep/week", shape=("teams",), low=0
    )
    on_the_job_hours: Floats = answer_field(
        "Hours of training on the job, for the rep and the manager.",
        unit="hours/rep/week",
        shape=("teams",),
        low=0,
    )
    induction_hours: Floats = answer_field(
        "Hours of induction, paid for by the firm.", unit="hours/newcomer/week", shape=("teams",), low=0
    )
    structured: Floats = answer_field(
        "Part of meeting hours in which reps show each other how they work.",
        unit="share",
        shape=("teams",),
        low=0,
        high=1,
    )
    checks: Floats = answer_field(
        "Unannounced checks of a rep's work.", unit="checks/rep/week", shape=("teams",), low=0
    )
    goal: Floats = answer_field(
        "Difficulty of the goals agreed in review talks above what the rep does; 0 without goals.",
        unit="sd",
        shape=("teams",),
        low=0,
    )

    @property
    def meeting_hours(self) -> Floats:
        """Hours of all meetings of this week [M]."""
        total: Floats = self.meetings.sum(axis=1)
        return total


class RoutinesRule(Rule):
    """The management routines."""

    question: ClassVar[str] = "routines"
    actor: ClassVar[str] = "sales manager"
    ordinary: ClassVar[str] = "fixed_hours"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: ManagerSeen) -> Routines:
        """Set the hours of every team's routines for this week."""


class PlannedRoutines(RoutinesRule):
    """What a calendar of routines is described by; rules decide how far they keep to it."""

    meeting_hours: float = param(
        1.5, unit="hours/week", doc="Weekly sales meeting, per rep and for the manager.", bounds=(0, 20), lever=True
    )
    form_hours: float = param(
        0.5,
        unit="hours/week",
        doc="Plan, work log and customer record, per rep and set of forms.",
        bounds=(0, 20),
        lever=True,
    )
    question_hours: float = param(
        0.0,
        unit="hours/call",
        doc="Questions about the customer's purchases and kind, on top of the hours of selling in each call.",
        bounds=(0, 8),
        lever=True,
    )
    form_checking: float = param(
        1.0,
        unit="hours/week",
        doc="Manager's hours for reading and checking the team's forms.",
        bounds=(0, 40),
        lever=True,
    )
    visit_hours: float = param(
        0.4, unit="hours/rep/week", doc="Manager's field visits, per rep.", bounds=(0, 40), lever=True
    )
    review_hours: float = param(
        0.15,
        unit="hours/rep/week",
        doc="Review talks, per rep, for both: two hours a quarter.",
        bounds=(0, 10),
        lever=True,
    )
    training_hours: float = param(
        0.5,
        unit="hours/rep/week",
        doc="External training away from selling, per rep.",
        bounds=(0, 20),
        soft=(0, 1),
        source="ATD, State of the Industry: 31.5 hours a year in 2013, 35 in 2020, 17 in 2023",
        lever=True,
    )
    morning_hours: float = param(
        0.0, unit="hours/meeting", doc="Morning meeting, on five days a week.", bounds=(0, 3), lever=True
    )
    evening_hours: float = param(
        0.0, unit="hours/meeting", doc="Evening meeting, on five days a week.", bounds=(0, 3), lever=True
    )
    monthly_hours: float = param(
        0.0, unit="hours/meeting", doc="Monthly meeting, every fourth week.", bounds=(0, 40), lever=True
    )
    quarterly_hours: float = param(
        0.0, unit="hours/meeting", doc="Quarterly meeting, every thirteenth week.", bounds=(0, 40), lever=True
    )
    yearly_hours: float = param(
        0.0, unit="hours/meeting", doc="Yearly meeting, every fifty-second week.", bounds=(0, 40), lever=True
    )
    structured: float = param(
        0.0,
        unit="share",
        doc="Share of meeting hours in which reps show each other how they work.",
        bounds=(0, 1),
        lever=True,
    )
    on_the_job_hours: float = param(
        0.0, unit="hours/rep/week", doc="Training on the job, per rep, for rep and manager.", bounds=(0, 20), lever=True
    )
    induction_hours: float = param(
        0.0, unit="hours/newcomer/week", doc="Induction of newcomers, away from selling.", bounds=(0, 40), lever=True
    )
    checks: float = param(
        0.0, unit="checks/rep/week", doc="Unannounced checks of a rep's work.", bounds=(0, 20), lever=True
    )
    goal: float = param(
        0.0,
        unit="sd",
        doc="Difficulty of goals agreed in review talks; 0 without goals.",
        bounds=(0, 5),
        soft=(0, 2),
        lever=True,
    )

    def planned(self, seen: ManagerSeen) -> Routines:
        """The calendar's hours of this week, the same for every team."""
        one = np.ones(len(seen.span))
        lengths = (
            self.morning_hours,
            self.evening_hours,
            self.meeting_hours,
            self.monthly_hours,
            self.quarterly_hours,
            self.yearly_hours,
        )
        return Routines(
            meetings=one[:, None] * (meetings_in(seen.week) * np.array(lengths)),
            form_hours=one * self.form_hours,
            question_hours=one * self.question_hours,
            form_checking=one * self.form_checking,
            visit_hours=one * self.visit_hours,
            review_hours=one * self.review_hours,
            training_hours=one * self.training_hours,
            on_the_job_hours=one * self.on_the_job_hours,
            induction_hours=one * self.induction_hours,
            structured=one * self.structured,
            checks=one * self.checks,
            goal=one * self.goal,
        )
