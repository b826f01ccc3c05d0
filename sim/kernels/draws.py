"""Draws of a block: several at a time, apart from what they are compared with, which has fewer bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare
from sim.rng import draw32


@jit_bare
def draw_all(luck: np.uint64, keys: NDArray[np.uint64], index: np.uint64, drawn: NDArray[np.float32]) -> None:
    """Write the draws of all ``keys`` [n] at one ``index`` to the first places of ``drawn``."""
    for r in range(keys.size):
        drawn[r] = draw32(luck, np.uint64(keys[r]), index)
