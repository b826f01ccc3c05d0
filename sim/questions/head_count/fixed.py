"""A fixed head count: the same number of positions in every territory."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import param
from sim.questions.head_count.question import HeadCount, HeadCountRule
from sim.views import FirmSeen


class FixedHeadCount(HeadCountRule):
    """Positions per territory; vacancies are filled as people leave."""

    constant: ClassVar[bool] = True
    kind: Literal["fixed"] = "fixed"
    extra: int = param(
        0,
        unit="positions",
        doc="Positions per territory above (below, if negative) the scenario's sales force.",
        bounds=(-100, 100),
        lever=True,
    )
    more: int = param(
        0,
        unit="positions",
        doc="Further positions of the firm, dealt out one by one to territories in their order.",
        bounds=(0, 1000),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> HeadCount:
        """The scenario's positions and the extra ones."""
        territories = len(seen.positions)
        dealt = (self.more + territories - 1 - np.arange(territories)) // territories
        return HeadCount(positions=np.maximum(seen.positions + self.extra, 0) + dealt)
