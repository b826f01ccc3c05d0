"""Customer value: lifetime value of a margin that recurs with a retention rate, and the chance that the customer is still active."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.quantity import WEEKS_PER_YEAR

Floats = NDArray[np.float64]

#: Largest exponent whose exponential is still a float.
_MOST = 700.0


def lifetime_value(margin: ArrayLike, retention: ArrayLike, discount: float) -> Floats:
    """Present value m·r/(1+i−r) of a yearly ``margin`` that is earned as long as the customer stays.

    ``retention`` r is the chance to stay a year, ``discount`` i the yearly rate (Gupta, Lehmann & Stuart 2004).
    """
    r = np.asarray(retention, np.float64)
    value: Floats = np.asarray(margin, np.float64) * r / (1.0 + discount - r)
    return value


def still_there(recency: ArrayLike, orders: ArrayLike, retention: float) -> Floats:
    """Chance that a customer is still one, by how long it has been silent.

    ``recency`` is in weeks since the last order (infinite: no customer), ``orders`` the number a year while it is one; it
    leaves at the constant hazard −ln(``retention``) a year. One that ordered often and has long been silent has probably left
    (Schmittlein, Morrison & Colombo 1987, rates given). 0 for infinite silence.
    """
    years = np.asarray(recency, np.float64) / WEEKS_PER_YEAR
    often = np.maximum(np.asarray(orders, np.float64), 0.0)
    leaving = -np.log(retention)
    total = often + leaving
    silence = np.where(total > 0, total * np.minimum(years, 1e6), 0.0)
    gone = np.where(total > 0, leaving / np.where(total > 0, total, 1.0), 0.0) * np.expm1(np.minimum(silence, _MOST))
    chance: Floats = np.where(np.isfinite(years), 1.0 / (1.0 + gone), 0.0)
    return chance
