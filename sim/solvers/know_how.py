"""Know-how: what members of a team learn from its better half when they show each other how they work."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def best_of_teams(
    skill: Floats, team: NDArray[np.integer[Any]], present: NDArray[np.bool_], teams: int, one_of: int
) -> Floats:
    """Mean skill of the best of each team [M]: one of every ``one_of`` who are ``present``, rounded up; 0 for an empty team."""
    rows = np.flatnonzero(present)
    order = rows[np.lexsort((-skill[rows], team[rows]))]
    size = np.bincount(team[rows], minlength=teams)
    start = np.concatenate(([0], np.cumsum(size)[:-1]))
    place = np.arange(len(order)) - start[team[order]]
    best_of = -(-size // one_of)
    best = order[place < best_of[team[order]]]
    mean: Floats = np.bincount(team[best], weights=skill[best], minlength=teams) / np.maximum(best_of, 1)
    return mean


def after_exchange(know_how: Floats, gap: Floats, dose: Floats, transfer: float) -> Floats:
    """Know-how after a week: ``dose`` (0..1) of the way to ``transfer`` of the ``gap`` to the best of the team; never less."""
    passed: Floats = know_how + dose * np.maximum(transfer * gap - know_how, 0.0)
    return passed
