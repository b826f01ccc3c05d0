"""Weigh offers: a rep leaves for an offer that beats pay, prospects and satisfaction here; some leave without one."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.quit.question import QuitRule, Quits
from sim.solvers.outside_offers import accept_probability
from sim.views import QuitSeen


class WeighOffers(QuitRule):
    """Acceptance is a logit in log pay and lost motivation; what is left of the usual hazard needs no offer."""

    kind: Literal["weigh_offers"] = "weigh_offers"
    foresight: float = param(
        1.0,
        unit="share",
        doc="How far a newcomer expects what colleagues earn rather than the pay of the first weeks.",
        bounds=(0, 1),
    )

    def answer(self, seen: QuitSeen) -> Quits:
        """Reps with an offer weigh it; all reps may leave for other reasons."""
        without = -np.expm1(-(1.0 - seen.by_offers) * seen.hazard * np.exp(seen.push))
        pay = seen.pay + self.foresight * seen.newness * np.maximum(seen.colleagues_pay - seen.pay, 0.0)
        gain = np.log(np.maximum(seen.offer, 1.0) / np.maximum(pay, 1.0))
        taken = accept_probability(gain, seen.push, seen.reluctance, seen.taste)
        return Quits(probability=np.where(seen.offer > 0, 1.0 - (1.0 - without) * (1.0 - taken), without))
