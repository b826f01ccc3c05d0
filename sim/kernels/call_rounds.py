"""Call rounds: whole calls of a week go, one by one, to the account that is owed most."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit
from sim.rng import draw

Ints = NDArray[np.integer[Any]]


@jit
def divide_calls(
    due: NDArray[np.float64], rep: Ints, key: Ints, calls: NDArray[np.int64], tickets: np.uint64
) -> NDArray[np.int64]:
    """Visits by account [A]: each of ``calls`` [R] goes to the rep's account with the largest ``due`` [A] left.

    ``due`` is what the accounts are owed in calls and may be negative; it is not changed. Ties are
    broken by a draw keyed by ``key`` [A] from the stream ``tickets``, so the order of rows does not matter.
    """
    accounts = len(due)
    reps = len(calls)
    start = np.zeros(reps + 1, dtype=np.int64)
    for a in range(accounts):
        start[rep[a] + 1] += 1
    for r in range(reps):
        start[r + 1] += start[r]
    place = start[:-1].copy()
    order = np.empty(accounts, dtype=np.int64)
    for a in range(accounts):
        order[place[rep[a]]] = a
        place[rep[a]] += 1
    lot = np.empty(accounts, dtype=np.float64)
    for a in range(accounts):
        lot[a] = draw(tickets, np.uint64(key[a]), np.uint64(0))
    visits = np.zeros(accounts, dtype=np.int64)
    left = due.copy()
    for r in range(reps):
        if start[r] == start[r + 1]:
            continue
        for _ in range(calls[r]):
            best = order[start[r]]
            for k in range(start[r] + 1, start[r + 1]):
                a = order[k]
                if left[a] > left[best] or (left[a] == left[best] and lot[a] > lot[best]):
                    best = a
            visits[best] += 1
            left[best] -= 1.0
    return visits
