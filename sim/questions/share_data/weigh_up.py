"""Weighing up: a distributor shares its data the more likely, the better it is paid and the more it trusts."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.share_data.question import ShareDataRule, Sharing
from sim.views import DistributorSeen


class WeighUp(ShareDataRule):
    """P(share) = σ(a0 + a1·payment + a2·trust − a3·direct sales) among distributors; never without an offer (MODEL §7).

    A distributor's other reasons for or against sharing stay the same over time: one that declines keeps declining
    until it is paid better or trusts more. With fresh draws, every distributor would share now and then.
    """

    kind: Literal["weigh_up"] = "weigh_up"
    a0: float = param(
        -2.0,
        unit="log odds",
        doc="Readiness to share without trust, for a payment that is next to nothing.",
        bounds=(-20, 20),
    )
    a1: float = param(1.0, unit="log odds per % of purchases", doc="Weight of the payment.", bounds=(0, 20))
    a2: float = param(2.5, unit="log odds", doc="Weight of full trust.", bounds=(0, 20))
    a3: float = param(
        4.0, unit="log odds", doc="Weight of the maker selling everything past its distributors.", bounds=(0, 50)
    )

    def answer(self, seen: DistributorSeen) -> Sharing:
        """Each distributor weighs it against its own reserve."""
        percent = 100.0 * seen.sharing_payment / np.maximum(seen.purchases, 1.0)
        inclination = self.a0 + self.a1 * percent + self.a2 * seen.trust - self.a3 * seen.direct_sales_share
        return Sharing(shares=(seen.sharing_payment > 0) & (seen.reserve < 1.0 / (1.0 + np.exp(-inclination))))
