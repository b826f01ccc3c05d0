"""Paid sharing: a weekly sum for a distributor that opens its sell-out data."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.sharing_contract.question import SharingContractRule, SharingOffer
from sim.views import PartnersSeen


class PaidSharing(SharingContractRule):
    """The same offer to every distributor; each decides whether to accept it."""

    kind: Literal["paid"] = "paid"
    payment: int = param(
        1_000_000,
        unit="minor units/year",
        doc="Offer to one distributor for its sell-out data.",
        bounds=(0, 10**11),
        lever=True,
    )

    def answer(self, seen: PartnersSeen) -> SharingOffer:
        """One weekly sum for all."""
        weekly = round(self.payment / WEEKS_PER_YEAR)
        return SharingOffer(payment=np.full(len(seen.territory), weekly, dtype=np.int64))
