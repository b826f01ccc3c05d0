"""Openness: how far off is what a customer lets a visitor know, by what it buys from the visitor and how long it is asked?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def error_of_report(
    least: float, stranger: float, share: ArrayLike, hours: ArrayLike, half: float
) -> NDArray[np.float64]:
    """Standard deviation √(least² + (stranger·(1 − share)·half/(half + hours))²) of what a report says.

    ``share`` 0..1 of its purchases is ours, ``hours`` of questions are asked in the call, and ``half`` hours halve what
    a stranger adds. The first term is what customers do not know themselves: no question removes it.
    """
    apart = 1.0 - np.minimum(np.maximum(np.asarray(share, np.float64), 0.0), 1.0)
    closed: NDArray[np.float64] = stranger * apart * (half / (half + np.asarray(hours, np.float64)))
    return np.hypot(least, closed)
