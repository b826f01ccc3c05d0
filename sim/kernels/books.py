"""Books of units, hours and heads: how hours are filled, and whether books add up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare

Units = NDArray[np.int64]
Hours = NDArray[np.float64]


@jit_bare
def flows_leave(opening: Units, gained: Units, lost: Units, weeks: int, held: Units) -> bool:
    """Whether ``opening`` [n] and the flows [all weeks, n] of the first ``weeks`` leave what is ``held`` [n]."""
    for j in range(opening.size):
        left = opening[j]
        for week in range(weeks):
            left += gained[week, j] - lost[week, j]
        if left != held[j]:
            return False
    return True


@jit_bare
def adds_up(spent: Hours, available: Hours, week: int, tolerance: float) -> bool:
    """Whether the hours ``spent`` [weeks, uses, people] in ``week`` come to those ``available``, none negative or NaN."""
    for person in range(available.shape[1]):
        total = 0.0
        for use in range(spent.shape[1]):
            if not spent[week, use, person] >= 0.0:
                return False
            total += spent[week, use, person]
        if not abs(total - available[week, person]) <= tolerance:
            return False
    return True


@jit_bare
def fill_in_turn(wishes: Hours, left: Hours) -> None:
    """Cut ``wishes`` [uses, people], one use after the other, to the hours ``left`` [people]; both are changed in place."""
    for use in range(wishes.shape[0]):
        for person in range(left.size):
            granted = min(wishes[use, person], left[person])
            wishes[use, person] = granted
            left[person] -= granted
