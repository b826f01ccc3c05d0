"""Two drives: what a rep wants anyway, worn down by being watched, and pressure, which works by being seen alone."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.effort.question import Effort, EffortRule
from sim.views import RepSeen


class TwoDrives(EffortRule):
    """e = motivation·(own drive + variable share of pay) + pressure·m/(m + half), at most 1; m is the share seen.

    With one drive to be worn and one to be pressed, results have a top over control whose place depends on the team.
    """

    kind: Literal["two_drives"] = "two_drives"
    own_drive: float = param(
        0.7, unit="1", doc="Effort a rep of reference motivation gives without pay or supervision.", bounds=(0, 1)
    )
    pressure: float = param(0.2, unit="1", doc="D: effort that full supervision adds, times 1 + half.", bounds=(0, 2))
    half: float = param(
        0.2, unit="share", doc="Share of the work seen at which half of the pressure is felt.", bounds=(0.01, 5)
    )

    def answer(self, seen: RepSeen) -> Effort:
        """Both drives of every rep."""
        wanted = seen.motivation * (self.own_drive + seen.commission_share)
        pressed = self.pressure * seen.observed / (seen.observed + self.half)
        return Effort(effort=np.clip(wanted + pressed, 0.0, 1.0))
