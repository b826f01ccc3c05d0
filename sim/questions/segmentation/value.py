"""Segments by what a customer is worth: lifetime value from recorded purchases and how long it has been silent."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.solvers.customer_value import lifetime_value, still_there
from sim.views import FirmSeen


class ValueSegments(SegmentationRule):
    """Known customers by lifetime value: label 1 has no purchases on record, the others are of equal numbers, upwards.

    The margin is recorded purchases times the mean margin of our offers; it is expected as far as the customer is
    still one, and stays with ``retention`` from year to year.
    """

    kind: Literal["value"] = "value"
    segments: int = param(4, unit="segments", doc="Number of segments.", bounds=(2, 64), lever=True)
    retention: float = param(
        0.8,
        unit="share/year",
        doc="Expected share of customers who stay for another year.",
        bounds=(0.01, 0.99),
        lever=True,
    )
    discount: float = param(0.12, unit="1/year", doc="Discount rate of later years.", bounds=(0, 1), lever=True)
    fee: int = param(100_000, unit="minor units", doc="Cost of one refresh.", bounds=(0, 10**12), lever=True)
    fee_per_record: int = param(
        20, unit="minor units", doc="Cost of preparing one record for a refresh.", bounds=(0, 10**9), lever=True
    )

    def answer(self, seen: FirmSeen) -> Segments:
        """Value every record and cut at quantiles of value."""
        known = seen.customers.known
        worth = np.where(known, self._worth(seen), 0.0)
        label = np.where(known, 1, 0).astype(np.int16)
        buys = worth > 0
        if buys.any():
            cuts = np.quantile(worth[buys], np.linspace(0, 1, self.segments)[1:-1])
            label[buys] = 2 + np.searchsorted(cuts, worth[buys], side="right")
        return Segments(label=label, count=self.segments, cost=self.fee + self.fee_per_record * int(known.sum()))

    def _worth(self, seen: FirmSeen) -> np.ndarray:
        customers = seen.customers
        margin = float(np.mean(1.0 - seen.unit_cost / np.maximum(seen.list_price, 1)))
        value = lifetime_value(margin * customers.value, self.retention, self.discount)
        worth: np.ndarray = value * still_there(customers.recency, customers.orders, self.retention)
        return worth
