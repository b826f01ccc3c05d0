"""Match effort: rivals that lose distributors' effort pay distributors more, until the effort is back."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.rival_margin.question import RivalMarginRule, RivalMargins
from sim.views import RivalStandingSeen


class MatchEffort(RivalMarginRule):
    """The margin moves by ``speed`` of the gap to ``per_loss`` × the part of usual effort lost beyond ``tolerance``."""

    kind: Literal["match_effort"] = "match_effort"
    tolerance: float = param(0.05, unit="share", doc="Loss of usual effort that is not answered.", bounds=(0, 1))
    per_loss: float = param(
        0.2,
        unit="share of price",
        doc="Margin added for each part of the usual effort lost: a fifth of a point of price for each point of effort.",
        bounds=(0, 5),
        soft=(0, 1),
    )
    most: float = param(0.05, unit="share of price", doc="Most margin added.", bounds=(0, 0.5), soft=(0, 0.1))
    speed: float = param(
        0.5, unit="share of the gap", doc="How far one revision moves towards what is wanted.", bounds=(0, 1)
    )

    def answer(self, seen: RivalStandingSeen) -> RivalMargins:
        """Move every brand's terms."""
        wanted = np.clip(self.per_loss * (seen.effort_lost - self.tolerance), 0.0, self.most)
        return RivalMargins(margin=np.clip(seen.margin + self.speed * (wanted - seen.margin), 0.0, self.most))
