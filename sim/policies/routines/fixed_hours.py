"""Fixed hours: every team keeps the same calendar of meetings, forms, visits, talks and training."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.decisions.routines import Routines, RoutinesRule
from sim.decisions.seen import ManagerSeen
from sim.quantity import param


class FixedHours(RoutinesRule):
    """Planned control: hours do not react to results."""

    kind: Literal["fixed_hours"] = "fixed_hours"
    meeting_hours: float = param(
        1.5, unit="hours/week", doc="Sales meetings, per rep and for the manager.", bounds=(0, 20), lever=True
    )
    form_hours: float = param(
        0.5,
        unit="hours/week",
        doc="Plan, work log and customer record, per rep and set of forms.",
        bounds=(0, 20),
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
        0.2, unit="hours/rep/week", doc="Manager's field visits, per rep.", bounds=(0, 40), lever=True
    )
    review_hours: float = param(
        0.0, unit="hours/rep/week", doc="Review talks, per rep, for both.", bounds=(0, 10), lever=True
    )
    training_hours: float = param(
        0.0, unit="hours/rep/week", doc="Training away from selling, per rep.", bounds=(0, 20), lever=True
    )

    def answer(self, seen: ManagerSeen) -> Routines:
        """The same hours for every team."""
        one = np.ones(len(seen.span))
        return Routines(
            meeting_hours=one * self.meeting_hours,
            form_hours=one * self.form_hours,
            form_checking=one * self.form_checking,
            visit_hours=one * self.visit_hours,
            review_hours=one * self.review_hours,
            training_hours=one * self.training_hours,
        )
