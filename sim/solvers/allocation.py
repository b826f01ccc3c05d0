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


def assign_reps(key: NDArray[np.integer], current: NDArray[np.integer], reps: NDArray[np.integer]) -> NDArray[np.int64]:
    """Rep of each account [n]: the current one while it is among ``reps``, else one of them by a hash of the account's key.

    Customers keep their rep from plan to plan, whoever else is on the list. ``reps`` [≥ 1] are rows, ``current`` [n]
    may hold −1 for nobody.
    """
    # Knuth's multiplicative hash.
    mixed = (key.astype(np.uint64) * np.uint64(2654435761)) % np.uint64(2**32)
    place = ((mixed * np.uint64(len(reps))) >> np.uint64(32)).astype(np.int64)
    assigned: NDArray[np.int64] = np.where(np.isin(current, reps), current, reps[place])
    return assigned
