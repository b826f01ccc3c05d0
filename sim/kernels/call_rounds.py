"""Call rounds: whole calls of a week go, one by one, to the account that is owed most, as many as there are or as hours allow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit
from sim.rng import draw

Ints = NDArray[np.integer[Any]]

#: Hours that a call may overrun by rounding: field hours are float32.
_HOURS_EPSILON = 1e-5


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
    start, order = _by_group(rep, reps)
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


@jit
def call_on_largest(
    made: NDArray[np.int64], team: Ints, value: NDArray[np.floating[Any]], key: Ints
) -> NDArray[np.int64]:
    """Calls by account [A]: those ``made`` [M] go round the accounts of their ``team`` [A], from the largest ``value`` [A] down.

    Of equals those with the lowest ``key`` [A] come first, so the order of rows does not matter.
    """
    start, order = _by_group(team, len(made))
    calls = np.zeros(len(team), dtype=np.int64)
    for m in range(len(made)):
        mine = order[start[m] : start[m + 1]]
        if len(mine) == 0:
            continue
        calls[mine] = made[m] // len(mine)
        # The few that get one call more than others move to the front, one by one.
        for k in range(made[m] % len(mine)):
            best = k
            for other in range(k + 1, len(mine)):
                a, b = mine[other], mine[best]
                if value[a] > value[b] or (value[a] == value[b] and key[a] < key[b]):
                    best = other
            mine[k], mine[best] = mine[best], mine[k]
            calls[mine[k]] += 1
    return calls


@jit
def _by_group(group: Ints, groups: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each group begins [groups + 1] in the list of all rows [n] by ``group`` [n], which keeps their order."""
    start = np.zeros(groups + 1, dtype=np.int64)
    for row in range(len(group)):
        start[group[row] + 1] += 1
    for g in range(groups):
        start[g + 1] += start[g]
    place, order = start[:-1].copy(), np.empty(len(group), dtype=np.int64)
    for row in range(len(group)):
        order[place[group[row]]] = row
        place[group[row]] += 1
    return start, order


@jit
def divide_hours(
    due: NDArray[np.float64],
    rep: Ints,
    key: Ints,
    hours: NDArray[np.float64],
    budget: NDArray[np.float64],
    limit: NDArray[np.float64],
    tickets: np.uint64,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Visits by account [A] where calls differ in ``hours`` [A], hours used and hours of the call that did not fit, by rep [R].

    Calls go, one by one, to the rep's account with the largest ``due`` [A] left, ties as in :func:`divide_calls`, until
    the next one would take more than is left of ``budget`` [R] or of the week's ``limit`` [R]; that one is begun next week. An account
    whose call is longer than the whole week is passed over, so that it does not keep the rep from all others.
    """
    accounts, reps = len(due), len(budget)
    start = np.zeros(reps + 1, dtype=np.int64)
    for a in range(accounts):
        start[rep[a] + 1] += hours[a] <= limit[rep[a]] + _HOURS_EPSILON
    for r in range(reps):
        start[r + 1] += start[r]
    place = start[:-1].copy()
    # What each rep looks through call by call lies together: those accounts whose calls are not too long.
    order = np.empty(start[reps], dtype=np.int64)
    left, lot = np.empty(start[reps], dtype=np.float64), np.empty(start[reps], dtype=np.float64)
    for a in range(accounts):
        if hours[a] <= limit[rep[a]] + _HOURS_EPSILON:
            k = place[rep[a]]
            order[k], left[k], lot[k] = a, due[a], draw(tickets, np.uint64(key[a]), np.uint64(0))
            place[rep[a]] += 1
    visits = np.zeros(accounts, dtype=np.int64)
    used, waits = np.zeros(reps), np.zeros(reps)
    for r in range(reps):
        while start[r] < start[r + 1]:
            best = start[r]
            for k in range(start[r] + 1, start[r + 1]):
                if left[k] > left[best] or (left[k] == left[best] and lot[k] > lot[best]):
                    best = k
            takes = hours[order[best]]
            if used[r] + takes > min(budget[r], limit[r]) + _HOURS_EPSILON:
                waits[r] = takes
                break
            visits[order[best]] += 1
            left[best] -= 1.0
            used[r] += takes
    return visits, used, waits
