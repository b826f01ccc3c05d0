"""Goodwill: the stock that advertising builds up (adstock), and the hazard of learning of a brand that it gives.

G' = λG + (1−λ)·spend/reference, and α_ad = 1 − exp(−a·G^e). In the log-log Koyck model logarithms add up instead:
ln G' = λ·ln G + (1−λ)·ln(spend/reference). Small arrays, one cell per brand and territory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from sim.params.customer_numbers import AdvertisingNumbers

Floats = NDArray[np.float64]


def adstock(goodwill: ArrayLike, spend: ArrayLike, customers: ArrayLike, numbers: AdvertisingNumbers) -> Floats:
    """Goodwill [B, T] after a tick with ``spend`` [B, T] minor units a week in territories of ``customers`` [T]."""
    per_customer = np.asarray(spend, np.float64) / np.maximum(np.asarray(customers, np.float64), 1.0)
    level = per_customer / numbers.reference_spend
    before = np.asarray(goodwill, np.float64)
    if numbers.geometric:
        return _geometric(before, level, numbers)
    after: Floats = numbers.keep * before + (1.0 - numbers.keep) * level
    return after


def _geometric(before: Floats, level: Floats, numbers: AdvertisingNumbers) -> Floats:
    """Logarithms averaged; a brand that never advertised anywhere has no goodwill to average and stays without it."""
    kept = np.maximum(before, numbers.least) ** numbers.keep
    after: Floats = np.where(
        (before > 0) | (level > 0), kept * np.maximum(level, numbers.least) ** (1 - numbers.keep), 0
    )
    return after


def advertising_hazard(goodwill: ArrayLike, numbers: AdvertisingNumbers) -> Floats:
    """Cumulative hazard per tick of learning of each brand in each territory, [B, T]: a·G^e, 0 without goodwill."""
    stock = np.asarray(goodwill, np.float64)
    power: NDArray[Any] = np.power(stock, numbers.elasticity, out=np.zeros_like(stock), where=stock > 0)
    hazard: Floats = numbers.hazard * power
    return hazard
