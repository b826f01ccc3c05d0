"""Optimal smoothing of noisy reports on a drifting level: how far to move from the old belief towards the report.

The level takes a step of variance q·σ² from one report to the next, the report has error variance σ²: the local
level model (Muth 1960).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def prior_error(ratio: ArrayLike) -> Floats:
    """Error variance P of the belief before the next report, in units of the report's: P² = qP + q for q = ``ratio``."""
    q = np.asarray(ratio, np.float64)
    error: Floats = 0.5 * (q + np.sqrt(q * q + 4.0 * q))
    return error


def optimal_gain(ratio: ArrayLike) -> Floats:
    """Part K = P/(P+1) of the way from belief to report; it is also the remaining error variance, plus ``delay·q`` if the report is late.

    1 for an infinite ``ratio``: reports without error are believed.
    """
    prior = prior_error(np.minimum(ratio, 1e12))
    gain: Floats = np.where(np.isinf(ratio), 1.0, prior / (prior + 1.0))
    return gain


def smoothed(belief: ArrayLike, news: ArrayLike, gain: ArrayLike) -> Floats:
    """The new belief: ``gain`` of the way from the old one to the ``news``."""
    old = np.asarray(belief, np.float64)
    return old + np.asarray(gain, np.float64) * (np.asarray(news, np.float64) - old)
