"""Who closes this week: one keyed draw for each customer of a type that closes at all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit
from sim.kernels.threads import BLOCK
from sim.rng import draw


@jit
def flag_closing(
    first: Whole,
    last: Whole,
    luck: np.uint64,
    keys: NDArray[np.uint64],
    type_: NDArray[np.uint8],
    chances: NDArray[np.floating[Any]],
    flags: NDArray[np.bool_],
) -> None:
    """Flag in ``flags`` bool[N] who closes in the blocks ``first`` to ``last``; ``chances`` float64[K] are those of a week by type."""
    for i in range(first * BLOCK, min(last * BLOCK, keys.size)):
        chance = chances[type_[i]]
        flags[i] = chance > 0 and draw(luck, np.uint64(keys[i]), np.uint64(0)) < chance
