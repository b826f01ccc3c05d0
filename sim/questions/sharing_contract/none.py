"""No offer: distributors keep their sales to themselves."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.sharing_contract.question import SharingContractRule, SharingOffer
from sim.views import PartnersSeen


class NoSharing(SharingContractRule):
    """Ask for no data and pay nothing."""

    constant: ClassVar[bool] = True
    kind: Literal["none"] = "none"

    def answer(self, seen: PartnersSeen) -> SharingOffer:
        """No payment to any distributor."""
        return SharingOffer(payment=np.zeros(len(seen.territory), dtype=np.int64))
