"""Estimates of logarithms, several at a time: for sums in fixed point, where the last bits seldom matter.

With x = m·2^e and m between √½ and √2, ln x = e·ln 2 + 2·artanh((m − 1)/(m + 1)). The series ends where the rest is
below 1e-14. A caller who must have the same number as the logarithm itself computes that where the estimate is too
close to call.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare

_FRACTION, _BIAS = 52, np.int32(1023)
_FRACTION_MASK, _ONE_BITS = np.int64((1 << _FRACTION) - 1), np.int64(1023 << _FRACTION)
_LN_2, _ROOT_2 = math.log(2.0), math.sqrt(2.0)


@jit_bare
def estimate_logs(x: NDArray[np.float64], bits: NDArray[np.int64], out: NDArray[np.float64]) -> None:
    """Write ln ``x`` [n] to ``out`` within 1e-11, for normal numbers above 0; ``bits`` is room for n or more numbers."""
    of_x, fraction = x.view(np.int64), bits.view(np.float64)
    for k in range(x.size):
        out[k] = np.float64(np.int32(of_x[k] >> _FRACTION) - _BIAS)
        bits[k] = (of_x[k] & _FRACTION_MASK) | _ONE_BITS
    for k in range(x.size):
        m, e = fraction[k], out[k]
        large = m > _ROOT_2
        m = 0.5 * m if large else m
        e = e + 1.0 if large else e
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        series = 1.0 / 11.0 + z * (1.0 / 13.0 + z * (1.0 / 15.0 + z / 17.0))
        series = 1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z * series))))
        out[k] = e * _LN_2 + 2.0 * s * series
