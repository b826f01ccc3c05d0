"""The plant's week: whose orders get the work that it can do, how much of it is overtime, and what is begun and not finished."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit, jit_bare, sealed_array

Units = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Part of a unit that may be missing by rounding when it counts as finished.
_NEARLY = 1e-9


@dataclass(frozen=True)
class PlantWeek:
    """What a week of work comes to; O offers, C companies, work in minor units of unit cost."""

    started: Units  # [O] units that leave the queue and will be finished after the lead time
    begun: Floats  # [O] work done on the next unit of each offer
    regular: Floats  # [C] work done in regular hours
    overtime: Floats  # [C] work done in overtime


def run_plant(
    waiting: Units,
    urgent: NDArray[Any],
    begun: Floats,
    company: NDArray[np.integer[Any]],
    work: Floats,
    capacity: Floats,
    overtime: float,
) -> PlantWeek:
    """Work on the production orders ``waiting`` [O] with ``capacity`` [C] a week, and with overtime where orders are ``urgent`` [O].

    ``urgent`` are units that will be missed and that nothing else covers; they come first, and overtime, at most
    the share ``overtime`` of capacity, is worked for them alone. Offers of one company share its work in proportion to what they need,
    and what was done on a unit that is not finished is not lost (``begun`` [O], less than ``work`` [O] each): no
    offer is starved by those whose units are smaller. Without a shortage of capacity all that waits is started.
    """
    week = PlantWeek(
        np.empty(len(waiting), np.int64), np.empty(len(waiting)), np.empty(len(capacity)), np.empty(len(capacity))
    )
    _work_week(
        sealed_array(waiting),
        sealed_array(np.asarray(urgent, np.float64)),
        sealed_array(begun),
        sealed_array(company),
        sealed_array(work),
        sealed_array(capacity),
        float(overtime),
        week.started,
        week.begun,
        week.regular,
        week.overtime,
    )
    return week


@jit
def _work_week(
    waiting: Units,
    urgent: Floats,
    begun: Floats,
    company: NDArray[np.integer[Any]],
    work: Floats,
    capacity: Floats,
    overtime: float,
    started: Units,
    left: Floats,
    regular: Floats,
    extra: Floats,
) -> None:
    """A week of all plants: fills in the fields of :class:`PlantWeek`."""
    needed, pressing = np.zeros(work.size), np.zeros(work.size)
    total, first = np.zeros(capacity.size), np.zeros(capacity.size)
    for o in range(work.size):
        needed[o] = max(waiting[o] * work[o] - begun[o], 0.0)
        pressing[o] = min(max(min(waiting[o], urgent[o]) * work[o] - begun[o], 0.0), needed[o])
        total[company[o]] += needed[o]
        first[company[o]] += pressing[o]
    for c in range(capacity.size):
        regular[c] = min(total[c], capacity[c])
        extra[c] = min(max(first[c] - capacity[c], 0.0), overtime * capacity[c])
    for o in range(work.size):
        c = company[o]
        room = regular[c] + extra[c]
        given = pressing[o] * _part(first[c], min(room, first[c]))
        given += (needed[o] - pressing[o]) * _part(total[c] - first[c], max(room - first[c], 0.0))
        started[o], left[o] = waiting[o], 0.0
        if given < needed[o] and waiting[o] > 0:
            done = begun[o] + given
            started[o] = min(math.floor(done / work[o] + _NEARLY), waiting[o])
            if started[o] < waiting[o]:
                left[o] = max(done - started[o] * work[o], 0.0)


@jit_bare
def _part(needed: float, room: float) -> float:
    """The part of the work ``needed`` by a company's offers that there is ``room`` for; all of it where there is enough."""
    return room / needed if needed > room else 1.0
