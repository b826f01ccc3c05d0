"""Allocation: the best division of calls among accounts with constant-elasticity response."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def allocate_calls(potential: NDArray[np.floating], elasticity: float, total: float) -> NDArray[np.float64]:
    """Divide ``total`` calls so that Σ kᵢ·xᵢ^e is largest: xᵢ ∝ kᵢ^(1/(1−e)).

    ``potential`` [n] ≥ 0 is kᵢ, ``elasticity`` e in [0, 1). Returns calls [n] that sum to ``total``
    (all zero when no account has potential). Source: Albers, Mantrala & Sridhar (2010) for the response.
    """
    if not 0.0 <= elasticity < 1.0:
        raise ValueError(f"elasticity must lie in [0, 1), not {elasticity}")
    k = np.asarray(potential, dtype=np.float64)
    top = k.max(initial=0.0)
    if top <= 0.0:
        return np.zeros_like(k)
    weight = (k / top) ** (1.0 / (1.0 - elasticity))
    share: NDArray[np.float64] = weight / weight.sum()
    return share * total


def spread_over(key: NDArray[np.integer], places: NDArray[np.integer]) -> NDArray[np.int64]:
    """Put each customer in one of ``places`` [n] equal places by a hash of its ``key`` [n].

    A customer keeps its place while the number of places stays the same, whoever else is on the list
    (Knuth's multiplicative hash). Places must be ≥ 1.
    """
    mixed = (key.astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)
    return ((mixed * places.astype(np.uint64)) >> np.uint64(32)).astype(np.int64)
