"""Mark-up: a distributor adds a fixed share to what it pays."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.decisions.retail_price import RetailPriceRule, RetailPrices
from sim.decisions.seen import DistributorSeen
from sim.quantity import param


class MarkUp(RetailPriceRule):
    """Retail price = wholesale price × (1 + mark-up), to the minor unit."""

    kind: Literal["markup"] = "markup"
    markup: float = param(
        0.22, unit="share of wholesale", doc="Distributor's mark-up.", bounds=(0, 5), soft=(0.05, 0.6)
    )

    def answer(self, seen: DistributorSeen) -> RetailPrices:
        """Mark every offer up."""
        return RetailPrices(price=np.rint(seen.wholesale * (1.0 + self.markup)).astype(np.int64))
