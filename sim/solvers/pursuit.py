"""Calls that reps set aside for projects, and which projects they carry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def share_of_calls(possible: Floats, rep: Ints, load: int, calls: float, most: float) -> NDArray[np.float64]:
    """Part of its rep's calls for each project [P]: ``calls`` a week, all carried ones of a rep together at most ``most``.

    ``possible`` [R] calls of a week, ``rep`` [P] of each project, ``load`` the most that a rep carries.
    """
    carried = np.minimum(np.bincount(rep, minlength=len(possible)), load)
    share = np.minimum(calls / np.maximum(possible, 1.0), most / np.maximum(carried, 1))
    each: NDArray[np.float64] = share[rep]
    return each


def carry(priority: Floats, rep: Ints, key: Ints, number: Ints, load: int) -> NDArray[np.bool_]:
    """Which projects [P] are carried: of each rep the ``load`` of highest ``priority`` above 0, ties by key and number."""
    order = np.lexsort((number, key, -priority, rep))
    of = rep[order]
    rank = np.arange(len(order)) - np.searchsorted(of, of)
    carried = np.zeros(len(order), dtype=np.bool_)
    carried[order] = rank < load
    return carried & (priority > 0)
