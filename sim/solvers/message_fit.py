"""Fit of a message: how much more the stressed attribute means to a customer than to the usual one, set against the others.

Let w [A] be a customer's taste and u [A] that of the usual customer. What everyone values every seller stresses, so only the
difference d = w − u counts; and stressing one attribute says less of the others, so fit(a) = d_a − mean(d). A message drawn
at random fits nobody on average, and one message fits the market as a whole not at all. The mechanism computes it from true
tastes, rules from believed ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def usual_taste(tastes: NDArray[np.floating], customers: NDArray[np.integer]) -> Floats:
    """Taste of the usual customer [A]: the mean of the types' ``tastes`` [K, A], by how many ``customers`` [K] each has."""
    usual: Floats = customers @ tastes.astype(np.float64) / max(int(customers.sum()), 1)
    return usual


def message_fits(taste: NDArray[np.floating], usual: NDArray[np.floating]) -> Floats:
    """Fit of each message with each customer [n, A], utility; ``taste`` [n, A], ``usual`` [A]."""
    apart = taste.astype(np.float64) - usual
    fits: Floats = apart - apart.mean(axis=1, keepdims=True) if apart.shape[1] else apart
    return fits


def fit_of(message: NDArray[np.integer], taste: NDArray[np.floating], usual: NDArray[np.floating]) -> Floats:
    """Fit of the ``message`` [n] (an attribute, −1 for none) that each customer got, utility; 0 without one."""
    fits = message_fits(taste, usual)
    got = message >= 0
    place = np.where(got, message, 0).astype(np.int64)
    fit: Floats = np.where(got, np.take_along_axis(fits, place[:, None], axis=1)[:, 0], 0.0)
    return fit
