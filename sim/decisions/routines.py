"""Routines: on what does a sales manager spend hours, and what hours does that ask of the team?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.decisions.question import Rule
from sim.decisions.seen import Floats, ManagerSeen


@dataclass(frozen=True)
class Routines:
    """Hours a week of the four routines, one row per manager.

    Meetings and forms take hours from every rep of the team; field visits and review talks take the
    manager's hours per rep (and as many of the rep's for talks). Where other rules hold in some
    territories, each rep of a team gets what its manager answers to the rule of the rep's territory. The
    engine scales visits and talks down when they exceed the manager's hours.
    """

    meeting_hours: Floats  # [M] per rep and for the manager
    form_hours: Floats  # [M] per rep and week, for one set of forms
    form_checking: Floats  # [M] manager's hours a week for reading and checking the forms of the whole team
    visit_hours: Floats  # [M] manager's hours in the field per rep and week
    review_hours: Floats  # [M] hours of review talks per rep and week
    training_hours: Floats  # [M] hours of training per rep and week, paid for by the firm


class RoutinesRule(Rule):
    """The management routines; asked every week."""

    question: ClassVar[str] = "routines"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: ManagerSeen) -> Routines:
        """Set the hours of every team's routines for this week."""
