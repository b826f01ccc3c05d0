"""Reactive: managers tighten control some weeks after a gap to plan, and let go when it has closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.routines.question import PlannedRoutines, Routines
from sim.views import ManagerSeen


class Reactive(PlannedRoutines):
    """On top of its calendar's checks m0, a team gets g·max(0, gap − tolerated) of the gap some weeks ago.

    Meetings and the reading of forms grow by the same number as a factor. With ``gain`` 0 it is the planned calendar.
    """

    kind: Literal["reactive"] = "reactive"
    gain: float = param(
        10.0,
        unit="checks/rep/week per unit of gap",
        doc="g: checks added for a gap of the whole plan.",
        bounds=(0, 200),
        lever=True,
    )
    tolerated: float = param(
        0.15, unit="share", doc="Gap to plan that leaves a manager calm.", bounds=(0, 1), lever=True
    )
    lag: int = param(4, unit="weeks", doc="Weeks from a gap to the manager's answer.", bounds=(1, 26), lever=True)

    def answer(self, seen: ManagerSeen) -> Routines:
        """Tighten where the gap of ``lag`` weeks ago was too large."""
        calendar = self.planned(seen)
        tighter = self.gain * np.maximum(seen.past_gaps[self.lag - 1] - self.tolerated, 0.0)
        return replace(
            calendar,
            checks=calendar.checks + tighter,
            meetings=calendar.meetings * (1.0 + tighter)[:, None],
            form_checking=calendar.form_checking * (1.0 + tighter),
        )
