"""List prices for all customers."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import param
from sim.questions.pricing.question import Discounts, PricingRule
from sim.views import FirmSeen


class ListPrice(PricingRule):
    """The same discount (none by default) for every customer."""

    constant: ClassVar[bool] = True
    kind: Literal["list_price"] = "list_price"
    discount: float = param(
        0.0, unit="share", doc="Discount on list prices for all.", bounds=(0, 0.9), soft=(0, 0.3), lever=True
    )

    def answer(self, seen: FirmSeen) -> Discounts:
        """One discount for all segments."""
        return Discounts(discount=np.full(seen.segments + 1, self.discount, dtype=np.float64))
