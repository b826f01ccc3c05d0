"""From flags to a list: which rows of a block are flagged, without a branch per row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit_bare


@jit_bare
def flagged_rows(flags: NDArray[np.uint8], rows: Whole, listed: NDArray[np.int32]) -> Whole:
    """Write the places of the flags (0 or 1) among the first ``rows`` to ``listed``; returns how many."""
    found: Whole = 0
    for r in range(rows):
        listed[found] = r
        found += np.int64(flags[r])
    return found
