"""The normal distribution inside kernels: quantile by Acklam's rational approximation (relative error below 1.2e-9)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare

_LOW = 0.02425


@jit_bare
def normal_quantile(u: float) -> float:
    """z with Φ(z) = u, for u in (0, 1)."""
    if u < _LOW:
        return _tail(np.sqrt(-2.0 * np.log(u)))
    if u > 1.0 - _LOW:
        return -_tail(np.sqrt(-2.0 * np.log1p(-u)))
    return _middle(u)


@jit_bare
def normal_of(uniform: NDArray[np.float64], z: NDArray[np.float64]) -> None:
    """:func:`normal_quantile` of many: the middle for all, several at a time, then the few in the tails again."""
    for k in range(uniform.size):
        z[k] = _middle(uniform[k])
    for k in range(uniform.size):
        if (uniform[k] < _LOW) | (uniform[k] > 1.0 - _LOW):
            z[k] = normal_quantile(uniform[k])


@jit_bare
def _middle(u: float) -> float:
    q = u - 0.5
    r = q * q
    top = (
        (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r
        - 3.066479806614716e01
    ) * r + 2.506628277459239e00
    bottom = (
        (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
        - 1.328068155288572e01
    ) * r + 1.0
    return q * top / bottom


@jit_bare
def _tail(q: float) -> float:
    top = (
        (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00) * q - 2.549732539343734e00)
        * q
        + 4.374664141464968e00
    ) * q + 2.938163982698783e00
    bottom = (
        ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00) * q + 3.754408661907416e00
    ) * q + 1.0
    return top / bottom
