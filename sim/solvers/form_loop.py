"""The form loop: forms that are used are filled in truthfully; forms that are not used fall out of use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def next_use(use: Floats, enforcement: Floats, steepness: float, threshold: float, speed: float) -> Floats:
    """One week of U' = U + ρ·(σ(k·(U + e − U0)) − U): two stable states, with hysteresis.

    ``use`` U and ``enforcement`` e in [0, 1]; ``steepness`` k, ``threshold`` U0, ``speed`` ρ a week (MODEL §6).
    """
    pull = 1.0 / (1.0 + np.exp(-steepness * (use + enforcement - threshold)))
    return use + speed * (pull - use)
