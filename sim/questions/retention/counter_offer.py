"""Counter-offer: reps who sell well get part of what the outside offer would bring them in a year, once."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.retention.question import Retention, RetentionRule
from sim.views import RetentionSeen


class CounterOffer(RetentionRule):
    """A stay bonus for those at or above some attainment, up to a share of their pay."""

    kind: Literal["counter_offer"] = "counter_offer"
    match: float = param(
        1.0, unit="share", doc="Part of the gain of a year that is matched.", bounds=(0, 3), lever=True
    )
    least_attainment: float = param(
        1.2, unit="mean of the team = 1", doc="Sales from which on a rep is worth it.", bounds=(0, 10), lever=True
    )
    most: float = param(0.2, unit="share of a year's pay", doc="Largest bonus.", bounds=(0, 3), lever=True)

    def answer(self, seen: RetentionSeen) -> Retention:
        """Match the gain of those who sell enough."""
        gain = np.clip(seen.offer - seen.pay, 0.0, self.most * seen.pay)
        bonus = self.match * gain * WEEKS_PER_YEAR * (seen.attainment >= self.least_attainment)
        return Retention(stay_bonus=np.rint(np.where(seen.offer > 0, bonus, 0.0)).astype(np.int64))
