"""Segments by stated needs: clusters of what customers said in a survey, stretched to all others by their marks."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.solvers.row_clusters import cluster
from sim.views import FirmSeen


class NeedsSegments(SegmentationRule):
    """Cluster stated needs; a customer who was never asked goes to the segment whose mean marks are nearest to its own.

    Needs come from bought surveys (question ``studies``); without enough of them there are no segments.
    """

    kind: Literal["needs"] = "needs"
    segments: int = param(4, unit="segments", doc="Number of segments.", bounds=(2, 64), lever=True)
    fee: int = param(400_000, unit="minor units", doc="Analysts' fee for one refresh.", bounds=(0, 10**12), lever=True)
    fee_per_record: int = param(
        20, unit="minor units", doc="Cost of preparing one record for a refresh.", bounds=(0, 10**9), lever=True
    )

    least_records: int = param(
        10,
        unit="records/segment",
        doc="Records that clustering takes at least for each segment; with fewer there are no segments.",
        bounds=(1, 10_000),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> Segments:
        """Cluster those who were asked, then place the rest of the database."""
        customers = seen.customers
        asked = np.isfinite(customers.needs).all(axis=1) & (customers.needs.shape[1] > 0)
        measured = customers.known & np.isfinite(customers.marks).all(axis=1) & (customers.marks.shape[1] > 0)
        rows = np.flatnonzero(asked)
        rows = rows[np.argsort(customers.key[rows], kind="stable")]
        label = np.zeros(len(customers.key), dtype=np.int16)
        cost = self.fee + self.fee_per_record * int((asked | measured).sum())
        if len(rows) < self.least_records * self.segments:
            return Segments(label=label, count=self.segments, cost=cost)
        label[rows] = 1 + cluster(customers.needs[rows].astype(np.float64), self.segments)
        rest = np.flatnonzero(measured & ~asked)
        both = rows[measured[rows]]
        label[rest] = _nearest(customers.marks[rest], customers.marks[both], label[both])
        return Segments(label=label, count=self.segments, cost=cost)


def _nearest(
    marks: NDArray[np.floating], known: NDArray[np.floating], label: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Label of the segment with the nearest mean marks for each row of ``marks``; 0 where none was measured."""
    if len(label) == 0:
        return np.zeros(len(marks), dtype=np.int16)
    points = known.astype(np.float64)
    spread = points.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    names = np.unique(label)
    means = np.array([points[label == name].mean(axis=0) for name in names])
    apart = ((marks.astype(np.float64)[:, None, :] - means[None]) / scale) ** 2
    nearest: NDArray[np.integer] = names[apart.sum(axis=2).argmin(axis=1)]
    return nearest
