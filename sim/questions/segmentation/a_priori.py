"""Segments fixed in advance: slices of one mark."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.views import FirmSeen


class APrioriSegments(SegmentationRule):
    """Cut one mark (firm size, say) into slices with equal numbers of known customers."""

    kind: Literal["a_priori"] = "a_priori"
    mark: int = param(0, unit="index", doc="Which mark to cut, counted from 0.", bounds=(0, 31), lever=True)
    segments: int = param(3, unit="segments", doc="Number of slices.", bounds=(2, 64), lever=True)
    fee: int = param(50_000, unit="minor units", doc="Cost of one refresh.", bounds=(0, 10**12), lever=True)

    def answer(self, seen: FirmSeen) -> Segments:
        """Cut at the quantiles of the mark among customers where it was measured."""
        marks = seen.customers.marks
        label = np.zeros(len(marks), dtype=np.int16)
        if not marks.shape[1]:  # nothing can be observed of customers in this market
            return Segments(label=label, count=self.segments, cost=self.fee)
        mark = marks[:, min(self.mark, marks.shape[1] - 1)]
        measured = seen.customers.known & np.isfinite(mark)
        if measured.any():
            cuts = np.quantile(mark[measured], np.linspace(0, 1, self.segments + 1)[1:-1])
            label[measured] = 1 + np.searchsorted(cuts, mark[measured], side="right")
        return Segments(label=label, count=self.segments, cost=self.fee)
