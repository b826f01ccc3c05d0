"""Campaign response: the utility that campaigns add to offers, concave in spending and worn by repetition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def campaign_utility(
    pressure: NDArray[np.floating], worn: NDArray[np.floating], strength: float, exponent: float, wear: float
) -> Floats:
    """``strength·x^exponent·(1 − wear·worn)``: utility for spending ``pressure`` x (1 = the reference), 0 at 0.

    ``worn`` 0..1 is how long customers have been under campaigns lately; the more, the less the next one moves them
    (frequent deals lower the height of each: Blattberg, Briesch & Fox 1995).
    """
    x = np.asarray(pressure, dtype=np.float64)
    power = np.power(x, exponent, out=np.zeros_like(x), where=x > 0)
    utility: Floats = strength * power * (1.0 - wear * worn)
    return utility


def wear_out(worn: NDArray[np.floating], running: NDArray[np.bool_], keep: float) -> Floats:
    """Wear after a week in which campaigns were ``running`` or not; ``keep`` is the part kept over a week of rest."""
    after: Floats = keep * worn + (1.0 - keep) * running
    return after
