"""One information gateway: the marketing centre's information section collects once for all companies."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.decisions.gateway import Gateway, GatewayRule
from sim.decisions.seen import FirmSeen
from sim.quantity import WEEKS_PER_YEAR, param


class OneGateway(GatewayRule):
    """One owner, one set of forms, a staffed section that passes reports on quickly."""

    kind: Literal["one_gateway"] = "one_gateway"
    delay: int = param(1, unit="weeks", doc="From the field to the database.", bounds=(0, 26), lever=True)
    loss: float = param(0.02, unit="share", doc="Reports that get lost on the way.", bounds=(0, 1), lever=True)
    staff: int = param(
        18_000_000, unit="minor units/year", doc="Cost of the information section.", bounds=(0, 10**12), lever=True
    )

    def answer(self, seen: FirmSeen) -> Gateway:
        """The same terms everywhere; territories bear equal parts of the cost."""
        one = np.ones(len(seen.sales), dtype=np.int64)
        weekly = self.staff / WEEKS_PER_YEAR / len(one)
        return Gateway(
            offices=one * 1,
            delay=one * self.delay,
            loss=one * self.loss,
            contradiction=one * 0.0,
            cost=one * round(weekly),
        )
