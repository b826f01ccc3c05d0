"""Which rows of a block are flagged, without a branch per row; and where a number stands among many others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit_bare, sealed_array
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, threads_for

#: Flags that are looked at together: where few are set, most words of so many hold none.
_TOGETHER = 8
#: Numbers that are compared together before any place is noted.
_STRETCH = 256


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


def places_of(wanted: int, numbers: NDArray[np.int32]) -> NDArray[np.int64]:
    """Places of ``wanted`` in ``numbers`` [n], ascending; made for few of them among very many numbers."""
    size, blocks = numbers.size, blocks_of(numbers.size)
    room, found = np.empty(size, np.uint32), np.zeros(blocks, np.int64)
    run_blocks(_find, blocks, threads_for(size), np.int32(wanted), sealed_array(numbers), room, found)
    parts = [room[BLOCK * block : BLOCK * block + found[block]] for block in found.nonzero()[0]]
    return np.concatenate([room[:0], *parts]).astype(np.int64)


@jit_bare
def _find(
    first: Whole,
    last: Whole,
    wanted: np.int32,
    numbers: NDArray[np.int32],
    room: NDArray[np.uint32],
    found: NDArray[np.int64],
) -> None:
    """Write the places in blocks ``first`` to ``last`` to ``room`` [n], each block's to its own part, and how many to ``found`` [blocks]."""
    for block in range(first, last):
        place = block * BLOCK
        end = min(place + BLOCK, numbers.size)
        for start in range(block * BLOCK, end, _STRETCH):
            stop = min(start + _STRETCH, end)
            hits = np.int32(0)
            for k in range(start, stop):
                hits += np.int32(numbers[k] == wanted)
            if hits > 0:
                for k in range(start, stop):
                    if numbers[k] == wanted:
                        room[place] = k
                        place += 1
        found[block] = place - block * BLOCK
