"""Late stage first: reps take up the projects that are nearest to their decision."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.pursuit.question import Pursuit, PursuitRule
from sim.solvers.pursuit import share_of_calls
from sim.views import PursuitSeen


class LateStageFirst(PursuitRule):
    """Priority by stage, the oldest first within a stage; each carried project is called on equally often."""

    kind: Literal["late_stage_first"] = "late_stage_first"
    calls: float = param(
        0.3, unit="calls/week", doc="Calls a week that a rep sets aside for each project it carries.", bounds=(0, 20)
    )
    most: float = param(
        0.5, unit="share", doc="Largest part of a rep's calls that goes to projects by plan.", bounds=(0, 1)
    )

    def answer(self, seen: PursuitSeen) -> Pursuit:
        """Rank by stage, then by age."""
        age = np.maximum(seen.project_age, 0.0)
        priority = 1.0 + seen.project_stage + age / (1.0 + age)
        possible = seen.selling_hours / seen.hours_per_call
        share = share_of_calls(possible, seen.project_rep, seen.load, self.calls, self.most)
        return Pursuit(priority=priority, share=share)
