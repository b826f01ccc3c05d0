"""The relationship with our rep: a stock that calls build up and time wears down.

It wears down towards mn at the rate r = −ln(keep) and x calls in a tick pull it towards mx at the rate r·x^c/d. Solved
over a tick that is R' = f + (R − f)·keep^(1 + x^c/d), where f(x) = mn + (mx−mn)·x^c/(d + x^c) is the ADBUDG response of
Little (1970): steady calls lead to it, and calls that alternate with weeks without calls have diminishing returns too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare
from sim.kernels.threads import BLOCK

if TYPE_CHECKING:
    from sim.params.customer_numbers import RelationshipNumbers

Reals = NDArray[np.floating[Any]]


@jit_bare
def adbudg(calls: float, least: float, most: float, shape: float, half: float) -> float:
    """Long-run response to ``calls``: ``least`` without any, towards ``most`` with many, half way at calls^shape = half."""
    if calls <= 0.0:
        return least
    power = calls**shape
    return float(least + (most - least) * power / (half + power))


@jit_bare
def fade(first: int, last: int, numbers: RelationshipNumbers, relationship: Reals) -> None:
    """A tick without calls for the rows in blocks ``first`` to ``last``: towards ``least``."""
    gain = (np.float32(1) - numbers.keep) * numbers.least
    for i in range(first * BLOCK, min(last * BLOCK, relationship.size)):
        relationship[i] = numbers.keep * relationship[i] + gain


@jit_bare
def cultivate(rows: NDArray[np.uint32], calls: Reals, numbers: RelationshipNumbers, relationship: Reals) -> None:
    """Update the relationship of ``rows`` [n] (each once), which have faded this tick, for their effective ``calls`` [n]."""
    keep, least, most = np.float64(numbers.keep), np.float64(numbers.least), np.float64(numbers.most)
    for k in range(rows.size):
        x = np.float64(calls[k]) / np.float64(numbers.tick)
        long_run = adbudg(x, least, most, np.float64(numbers.shape), np.float64(numbers.half))
        pull = x ** np.float64(numbers.shape) / np.float64(numbers.half)
        before = least + (np.float64(relationship[rows[k]]) - least) / keep
        relationship[rows[k]] = long_run + (before - long_run) * keep ** (1.0 + pull)
