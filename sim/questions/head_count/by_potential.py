"""Head count by potential: the scenario's positions redistributed by each territory's believed potential."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.head_count.question import HeadCount, HeadCountRule
from sim.solvers.apportion import apportion
from sim.views import FirmSeen


class HeadCountByPotential(HeadCountRule):
    """As many positions as the scenario has, and ``more``, by weights between today's division and that of potential."""

    kind: Literal["by_potential"] = "by_potential"
    more: int = param(
        0, unit="positions", doc="Positions of the firm above the scenario's.", bounds=(0, 1000), lever=True
    )
    weight: float = param(
        1.0,
        unit="share",
        doc="How far the division follows potential: 0 keeps the scenario's, 1 follows potential alone.",
        bounds=(0, 1),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> HeadCount:
        """Assign positions one by one, as far as territories have room."""
        total = int(seen.positions.sum()) + self.more
        today = seen.positions / max(seen.positions.sum(), 1)
        believed = seen.potential / max(float(seen.potential.sum()), 1e-12)
        room = np.bincount(seen.rep_territory, minlength=len(today))
        return HeadCount(positions=apportion(total, (1 - self.weight) * today + self.weight * believed, room))
