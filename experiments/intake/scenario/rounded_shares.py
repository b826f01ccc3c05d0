"""Shares as a scenario file holds them: rounded, and still summing to 1."""

from __future__ import annotations

import numpy as np

from experiments.intake.fits.shrinkage import Floats


def rounded_shares(mix: Floats) -> list[float]:
    """Shares rounded so that they still sum to 1: the largest absorbs the rounding error."""
    rounded = np.round(mix / mix.sum(), 4)
    rounded[np.argmax(rounded)] += 1.0 - rounded.sum()
    return [round(float(s), 6) for s in rounded]
