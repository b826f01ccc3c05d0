"""From flags to a list: which rows of a block are flagged, without a branch per row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit_bare

#: Flags that are looked at together: where few are set, most words of so many hold none.
_TOGETHER = 8


@jit_bare
def flagged_rows(flags: NDArray[np.uint8], rows: Whole, listed: NDArray[np.int32]) -> Whole:
    """Write the places of the flags (0 or 1) among the first ``rows`` to ``listed``; returns how many.

    ``flags`` lie one after the other, a multiple of 8 of them; ``listed`` has room for one place more than rows.
    """
    found: Whole = 0
    words = flags.view(np.uint64)
    whole = rows // _TOGETHER
    for w in range(whole):
        if words[w] != 0:
            for r in range(w * _TOGETHER, (w + 1) * _TOGETHER):
                listed[found] = r
                found += np.int64(flags[r])
    for r in range(whole * _TOGETHER, rows):
        listed[found] = r
        found += np.int64(flags[r])
    return found
