"""Every company collects for itself: double work for reps, slow and contradicting records."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.decisions.gateway import Gateway, GatewayRule
from sim.decisions.seen import FirmSeen
from sim.quantity import WEEKS_PER_YEAR, param


class PerCompany(GatewayRule):
    """Each product company asks reps for its own forms and keeps its own list."""

    kind: Literal["per_company"] = "per_company"
    companies: int = param(
        2, unit="companies", doc="Companies that collect for themselves.", bounds=(1, 16), lever=True
    )
    delay: int = param(
        4, unit="weeks", doc="From the field to a list that headquarters can use.", bounds=(0, 26), lever=True
    )
    loss: float = param(0.15, unit="share", doc="Reports that never reach headquarters.", bounds=(0, 1), lever=True)
    contradiction: float = param(
        0.3, unit="log sd", doc="Error that contradicting lists add to recorded purchases.", bounds=(0, 3), lever=True
    )
    staff: int = param(
        3_000_000, unit="minor units/year", doc="Clerical cost of one company's lists.", bounds=(0, 10**12), lever=True
    )

    def answer(self, seen: FirmSeen) -> Gateway:
        """The same terms everywhere; territories bear equal parts of the cost."""
        one = np.ones(len(seen.sales), dtype=np.int64)
        weekly = self.companies * self.staff / WEEKS_PER_YEAR / len(one)
        return Gateway(
            offices=one * self.companies,
            delay=one * self.delay,
            loss=one * self.loss,
            contradiction=one * self.contradiction,
            cost=one * round(weekly),
        )
