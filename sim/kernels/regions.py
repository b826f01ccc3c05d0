"""Regions: sums of customers' records by territory, in one pass over the database."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare, sealed_array

Reals = NDArray[np.floating[Any]]

_REPORTED, _REPORTS, _FROM_US, _BUYERS = 0, 1, 2, 3


class _Base(NamedTuple):
    territory: NDArray[np.uint16]
    known: NDArray[np.bool_]
    potential: Reals
    value: Reals
    last_order: NDArray[np.int32]


def sum_records(
    territory: NDArray[np.uint16],
    known: NDArray[np.bool_],
    potential: Reals,
    value: Reals,
    last_order: NDArray[np.int32],
    *,
    no_week: int,
    territories: int,
) -> tuple[NDArray[np.float64], float]:
    """Sums over records by territory, float64 [4, T], and the ratio of purchases from anyone to those from us.

    Rows: reported potential summed, records with one, recorded purchases from us of buyers without one summed, their
    number. A buyer has an order on record (``last_order`` from ``no_week`` on). The ratio is over all buyers with a
    reported potential; 1 without any.
    """
    total, both = np.zeros((4, territories)), np.zeros(2)
    base = _Base(*map(sealed_array, (territory, known, potential, value, last_order)))
    _sum_records(base, np.int64(no_week), total, both)
    return total, float(both[0] / both[1]) if both[1] > 0 else 1.0


@jit_bare
def _sum_records(base: _Base, no_week: np.int64, total: NDArray[np.float64], both: NDArray[np.float64]) -> None:
    for i in range(base.known.size):
        if not base.known[i]:
            continue
        t = base.territory[i]
        buys = base.last_order[i] >= no_week
        if np.isfinite(base.potential[i]):
            total[_REPORTED, t] += base.potential[i]
            total[_REPORTS, t] += 1.0
            if buys:
                both[0] += base.potential[i]
                both[1] += base.value[i]
        elif buys:
            total[_FROM_US, t] += base.value[i]
            total[_BUYERS, t] += 1.0
