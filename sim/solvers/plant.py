"""The plant's week: whose orders get the work that it can do, how much of it is overtime, and what is begun and not finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    companies = len(capacity)
    needed = np.maximum(waiting * work - begun, 0.0)
    pressing = np.minimum(np.maximum(np.minimum(waiting, urgent) * work - begun, 0.0), needed)
    total, first = (_by_company(w, company, companies) for w in (needed, pressing))
    regular = np.minimum(total, capacity)
    extra = np.clip(first - capacity, 0.0, overtime * capacity)
    room = regular + extra
    given = _share(pressing, first, np.minimum(room, first), company)
    rest = needed - pressing
    given = given + _share(rest, total - first, np.maximum(room - first, 0.0), company)
    done = begun + given
    all_done = (given >= needed) | (waiting == 0)
    started = np.where(all_done, waiting, np.minimum(np.floor(done / work + _NEARLY), waiting)).astype(np.int64)
    left = np.where(started == waiting, 0.0, np.maximum(done - started * work, 0.0))
    return PlantWeek(started, left, regular, extra)


def _by_company(work: Floats, company: NDArray[np.integer[Any]], companies: int) -> Floats:
    return np.bincount(company, weights=work, minlength=companies).astype(np.float64)


def _share(needed: Floats, total: Floats, room: Floats, company: NDArray[np.integer[Any]]) -> Floats:
    """Work for each offer out of the ``room`` [C] of its company, in proportion to what is ``needed`` [O]; all of it where there is room."""
    part = np.divide(room, total, out=np.ones_like(total), where=total > room)
    given: Floats = needed * part[company]
    return given
