"""Segment discounts: each segment has its own price."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.pricing.question import Discounts, PricingRule
from sim.views import FirmSeen


class SegmentDiscount(PricingRule):
    """Discounts by segment label; customers without a segment, or beyond the list, pay list price."""

    kind: Literal["segment_discount"] = "segment_discount"
    discounts: list[float] = param(
        [0.0], unit="share", doc="Discount of segments 1, 2, ….", bounds=(0, 0.9), lever=True, length=(1, 64)
    )

    def answer(self, seen: FirmSeen) -> Discounts:
        """Fill in the list."""
        discount = np.zeros(seen.segments + 1)
        count = min(seen.segments, len(self.discounts))
        discount[1 : 1 + count] = self.discounts[:count]
        return Discounts(discount=discount)
