"""Logit: effort follows margin × turnover, and trust in the maker of the brand."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.brand_effort.question import BrandEffort, BrandEffortRule
from sim.solvers.partners import logit_shares
from sim.views import BrandsSeen


class Logit(BrandEffortRule):
    """Shares ∝ exp(slope · margin × turnover of the brand / mean over brands + trust weight · trust in its maker).

    Trust in rivals is taken to be the usual one. That effort follows pay and the relation with the maker:
    Anderson, Lodish & Weitz 1987; the weights are assumptions.
    """

    kind: Literal["logit"] = "logit"
    slope: float = param(
        1.0,
        unit="log odds per mean pay",
        doc="Weight of margin × turnover relative to the mean of brands.",
        bounds=(0, 20),
    )
    trust: float = param(1.0, unit="log odds", doc="Weight of full trust in us beyond the usual.", bounds=(0, 20))

    def answer(self, seen: BrandsSeen) -> BrandEffort:
        """Divide each distributor's effort."""
        pay = np.zeros((len(seen.key), seen.brands))
        np.add.at(pay.T, seen.offer_brand, (seen.margin * seen.turnover).T)
        pull = np.zeros_like(pay)
        pull[:, seen.own_brand] = self.trust * (seen.trust - seen.usual_trust)
        return BrandEffort(share=logit_shares(pay, pull, self.slope))
