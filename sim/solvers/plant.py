"""The plant's week: whose orders get the work that it can do, how much of it is overtime, and what is begun and not finished."""

from __future__ import annotations

import math
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
    # A plant makes a few offers: plain numbers take a fifth of the time of arrays of so few.
    owner, units, size, ahead = company.tolist(), waiting.tolist(), work.tolist(), begun.tolist()
    each = list(zip(units, urgent.tolist(), size, ahead, strict=True))
    needed = [max(n * w - b, 0.0) for n, _, w, b in each]
    pressing = [min(max(min(n, u) * w - b, 0.0), need) for (n, u, w, b), need in zip(each, needed, strict=True)]
    total, first = (_by_company(w, owner, len(capacity)) for w in (needed, pressing))
    most = capacity.tolist()
    regular = [min(t, c) for t, c in zip(total, most, strict=True)]
    extra = [min(max(f - c, 0.0), overtime * c) for f, c in zip(first, most, strict=True)]
    room = [r + e for r, e in zip(regular, extra, strict=True)]
    given = _share(pressing, first, [min(r, f) for r, f in zip(room, first, strict=True)], owner)
    rest = [need - press for need, press in zip(needed, pressing, strict=True)]
    later = [t - f for t, f in zip(total, first, strict=True)]
    spare = [max(r - f, 0.0) for r, f in zip(room, first, strict=True)]
    given = [a + b for a, b in zip(given, _share(rest, later, spare, owner), strict=True)]
    started, left = zip(*map(_finish, units, size, ahead, needed, given), strict=True)
    return PlantWeek(np.array(started, np.int64), np.array(left), np.array(regular), np.array(extra))


def _finish(waiting: int, work: float, begun: float, needed: float, given: float) -> tuple[int, float]:
    """Units of an offer that the work ``given`` to it starts, and the work that is left on the next one."""
    done = begun + given
    if given >= needed or waiting == 0:
        return waiting, 0.0
    started = min(math.floor(done / work + _NEARLY), waiting)
    return started, 0.0 if started == waiting else max(done - started * work, 0.0)


def _by_company(work: list[float], company: list[int], companies: int) -> list[float]:
    total = [0.0] * companies
    for c, w in zip(company, work, strict=True):
        total[c] += w
    return total


def _share(needed: list[float], total: list[float], room: list[float], company: list[int]) -> list[float]:
    """Work for each offer out of the ``room`` [C] of its company, in proportion to what is ``needed`` [O]; all of it where there is room."""
    part = [r / t if t > r else 1.0 for r, t in zip(room, total, strict=True)]
    return [need * part[c] for need, c in zip(needed, company, strict=True)]
