"""Answer loss: rivals that lost share make our reps more offers."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.rival_poaching.question import RivalOffers, RivalPoachingRule
from sim.views import RivalStandingSeen


class PoachOnLoss(RivalPoachingRule):
    """Offers rise with the part of the usual share lost beyond ``tolerance``."""

    kind: Literal["answer_loss"] = "answer_loss"
    tolerance: float = param(0.05, unit="share", doc="Loss of the usual share that is not answered.", bounds=(0, 1))
    per_loss: float = param(
        1.0,
        unit="ratio",
        doc="Offers of a brand for each part of its usual share lost, as a multiple of all usual offers.",
        bounds=(0, 20),
        soft=(0, 5),
    )
    most: float = param(0.3, unit="ratio", doc="Most offers of a brand.", bounds=(0, 10), soft=(0, 2))

    def answer(self, seen: RivalStandingSeen) -> RivalOffers:
        """More offers of every brand that lost."""
        return RivalOffers(offers=np.clip(self.per_loss * (seen.share_lost - self.tolerance), 0.0, self.most))
