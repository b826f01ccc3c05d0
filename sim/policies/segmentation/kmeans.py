"""Segments by k-means on the marks in the database."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.decisions.seen import FirmSeen
from sim.decisions.segmentation import SegmentationRule, Segments
from sim.quantity import param


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

    def answer(self, seen: FirmSeen) -> Segments:
        """Cluster all customers whose marks were ever measured."""
        customers = seen.customers
        measured = customers.known & np.isfinite(customers.marks).all(axis=1)
        rows = np.flatnonzero(measured)
        rows = rows[np.argsort(customers.key[rows], kind="stable")]
        label = np.zeros(len(customers.key), dtype=np.int16)
        cost = self.fee + self.fee_per_record * len(rows)
        if len(rows) < 10 * self.segments or not customers.marks.shape[1]:
            return Segments(label=label, count=self.segments, cost=cost)
        label[rows] = 1 + _cluster(customers.marks[rows].astype(np.float64), self.segments)
        return Segments(label=label, count=self.segments, cost=cost)


def _cluster(marks: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    # Imported here: scikit-learn takes longer to import than the rest of the model.
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    spread = marks.std(axis=0)
    z = (marks - marks.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    axis = np.linalg.eigh(z.T @ z)[1][:, -1]
    axis = axis * (1.0 if axis[np.argmax(np.abs(axis))] > 0 else -1.0)
    slices = np.array_split(np.argsort(z @ axis, kind="stable"), count)
    start = np.array([z[part].mean(axis=0) for part in slices])
    # Threads add partial sums in the order they finish, which would make the last bits depend on chance.
    with threadpool_limits(limits=1):
        fit = KMeans(n_clusters=count, init=start, n_init=1, max_iter=100).fit(z)
    order = np.argsort(fit.cluster_centers_[:, 0], kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    labels: NDArray[np.int64] = rank[fit.labels_]
    return labels
