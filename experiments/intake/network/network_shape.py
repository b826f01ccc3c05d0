"""The shape of a network of ties: size, ties per customer, clustering, connected parts, steps between two customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

#: Customers from whom steps to all others are counted, evenly spaced in the list.
_SOURCES = 64
#: Most pairs of ties examined for triangles; beyond it clustering is not computed.
_MOST_PAIRS = 200_000_000


@dataclass(frozen=True)
class NetworkShape:
    """Measures of a network; ``clustering`` is the mean over customers of the share of their contacts who know each other."""

    customers: int
    ties: int
    degree: float
    degree_median: float
    most: int
    clustering: float | None
    parts: int
    largest: float
    steps: float


def describe_network(customers: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NetworkShape:
    """Measures of the network of ``customers`` with ties between rows ``first`` and ``second``, each tie once."""
    ones = np.ones(len(first), dtype=np.float64)
    half = sparse.csr_array((ones, (first, second)), shape=(customers, customers))
    ties = (half + half.T).tocsr()
    degree = np.diff(ties.indptr)
    parts, part = csgraph.connected_components(ties, directed=False)
    sizes = np.bincount(part)
    return NetworkShape(
        customers=customers,
        ties=len(first),
        degree=float(degree.mean()),
        degree_median=float(np.median(degree)),
        most=int(degree.max()),
        clustering=_clustering(ties, degree),
        parts=int(parts),
        largest=float(sizes.max() / customers),
        steps=_steps(ties, np.flatnonzero(part == sizes.argmax())),
    )


def _clustering(ties: sparse.csr_array, degree: NDArray[np.integer]) -> float | None:
    """Mean of 2·(ties among contacts) / (contacts·(contacts − 1)); a customer with fewer than two contacts counts as 0."""
    pairs = degree.astype(np.int64) * (degree - 1)
    if pairs.sum() > _MOST_PAIRS:
        return None
    closed = (ties @ ties).multiply(ties).sum(axis=1)
    return float(np.where(pairs > 0, closed / np.maximum(pairs, 1), 0.0).mean())


def _steps(ties: sparse.csr_array, largest: NDArray[np.int64]) -> float:
    """Mean number of ties on the shortest path between two customers of the largest part, from a sample of them to all."""
    sources = largest[np.linspace(0, len(largest) - 1, min(_SOURCES, len(largest))).astype(np.int64)]
    away = csgraph.dijkstra(ties, directed=False, indices=np.unique(sources), unweighted=True)[:, largest]
    return float(away[away > 0].mean())
