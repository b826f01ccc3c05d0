"""Queues of service jobs: how far each territory's hours go, job by job in their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit_bare

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Hours that a job may be short of by rounding when it counts as done.
_ROUNDING = 1e-9


@jit_bare
def work_queues(
    territory: Ints,
    hours: Floats,
    left: Floats,
    begun: Floats,
    done: NDArray[np.bool_],
    begun_next: Floats,
    waiting: Ints,
    spent: Floats,
) -> None:
    """Do jobs [n], listed by territory and within it in their order, as far as the hours go.

    A territory has ``left`` [T] hours this week, and ``begun`` [T] that went into its next job before. Says which jobs are
    ``done`` [n], what is ``begun_next`` [T] on the first that is not, how many are ``waiting`` [T], and the hours ``spent`` [T].
    """
    begun_next[:] = 0.0  # holds the hours of the jobs that are done until all are known
    waiting[:] = 0
    total = before = 0.0
    for k in range(territory.size):
        t = territory[k]
        if k == 0 or t != territory[k - 1]:
            before = total
        total += hours[k]
        done[k] = total - before <= left[t] + begun[t] + _ROUNDING
        if done[k]:
            begun_next[t] += hours[k]
        else:
            waiting[t] += 1
    for t in range(left.size):
        used = begun_next[t]
        begun_next[t] = max(left[t] + begun[t] - used, 0.0) if waiting[t] > 0 else 0.0
        spent[t] = min(max(used + begun_next[t] - begun[t], 0.0), left[t])
