"""Clusters of rows: k-means that depends only on the rows and their order, not on chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cluster(points: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Label 0..count−1 of each row of ``points`` [n, d] by k-means on standardised columns, ordered by the first column.

    The start is the means of equal slices along the first principal axis, so that no random start is needed.
    """
    # Imported here: scikit-learn takes longer to import than the rest of the model.
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    spread = points.std(axis=0)
    z = (points - points.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
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
