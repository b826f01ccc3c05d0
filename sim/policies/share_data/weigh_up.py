"""Weighing up: a distributor shares its data the more likely, the better it is paid and the more it trusts."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.decisions.seen import DistributorSeen
from sim.decisions.sharing import ShareDataRule, Sharing
from sim.quantity import param


class WeighUp(ShareDataRule):
    """P(share) = σ(a0 + a1·payment + a2·trust − a3·direct sales), drawn per distributor; never without an offer (MODEL §7)."""

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
        """Draw each distributor's choice."""
        percent = 100.0 * seen.sharing_payment / np.maximum(seen.purchases, 1.0)
        inclination = self.a0 + self.a1 * percent + self.a2 * seen.trust - self.a3 * seen.direct_sales_share
        draw = seen.luck.uniform(seen.key)
        return Sharing(shares=(seen.sharing_payment > 0) & (draw < 1.0 / (1.0 + np.exp(-inclination))))
