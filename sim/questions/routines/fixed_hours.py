"""Fixed hours: every team keeps the same calendar of meetings, forms, visits, talks, training and checks."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.questions.routines.question import PlannedRoutines, Routines, held_in
from sim.views import ManagerSeen


class FixedHours(PlannedRoutines):
    """Planned control: hours do not react to results."""

    kind: Literal["fixed_hours"] = "fixed_hours"
    constant: ClassVar[bool] = True

    def occasion(self, week: int) -> tuple[int, ...]:
        """The meetings that are held."""
        return held_in(week)

    def answer(self, seen: ManagerSeen) -> Routines:
        """The calendar's hours, whatever happens."""
        return self.planned(seen)
