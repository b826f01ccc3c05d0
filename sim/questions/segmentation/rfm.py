"""Segments by recency, frequency and money: the database marketer's score from records alone."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.views import FirmSeen

#: Classes of each of the three figures.
_QUINTILES = 5


class RfmSegments(SegmentationRule):
    """Quintiles of weeks since the last order, orders a year and purchases a year are summed to a score of 3 to 15.

    Label 1 has no order on record; the score is cut into bands of equal width for the others, upwards (Hughes 1994).
    """

    kind: Literal["rfm"] = "rfm"
    segments: int = param(4, unit="segments", doc="Number of segments.", bounds=(2, 14), lever=True)
    fee: int = param(50_000, unit="minor units", doc="Cost of one refresh.", bounds=(0, 10**12), lever=True)
    fee_per_record: int = param(
        20, unit="minor units", doc="Cost of preparing one record for a refresh.", bounds=(0, 10**9), lever=True
    )

    def answer(self, seen: FirmSeen) -> Segments:
        """Score every record with an order."""
        customers = seen.customers
        label = np.where(customers.known, 1, 0).astype(np.int16)
        buys = customers.known & np.isfinite(customers.recency)
        if buys.any():
            figures = (-customers.recency[buys], customers.orders[buys], customers.value[buys])
            score = np.sum([_quintile(figure) for figure in figures], axis=0)
            label[buys] = 2 + score * (self.segments - 1) // (3 * (_QUINTILES - 1) + 1)
        cost = self.fee + self.fee_per_record * int(customers.known.sum())
        return Segments(label=label, count=self.segments, cost=cost)


def _quintile(figure: NDArray[np.floating]) -> NDArray[np.int64]:
    """Class 0 to 4 of each value by the quintiles of all; equal values are in one class."""
    cuts = np.quantile(figure, np.linspace(0, 1, _QUINTILES + 1)[1:-1])
    return np.searchsorted(cuts, figure, side="right")
