"""Segments by k-means on the marks in the database."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.solvers.row_clusters import cluster
from sim.views import FirmSeen


class KMeansSegments(SegmentationRule):
    """Cluster the known customers' standardised marks; labels are ordered by the first mark.

    The start is the means of equal slices along the first principal axis and rows are taken in the
    order of their keys, so the answer does not depend on the order of rows, on chance or on threads.
    """

    kind: Literal["kmeans"] = "kmeans"
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
        """Cluster all customers whose marks were ever measured."""
        customers = seen.customers
        measured = customers.known & np.isfinite(customers.marks).all(axis=1)
        rows = np.flatnonzero(measured)
        rows = rows[np.argsort(customers.key[rows], kind="stable")]
        label = np.zeros(len(customers.key), dtype=np.int16)
        cost = self.fee + self.fee_per_record * len(rows)
        if len(rows) < self.least_records * self.segments or not customers.marks.shape[1]:
            return Segments(label=label, count=self.segments, cost=cost)
        label[rows] = 1 + cluster(customers.marks[rows].astype(np.float64), self.segments)
        return Segments(label=label, count=self.segments, cost=cost)
