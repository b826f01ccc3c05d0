"""Allocation: the best division of calls among accounts with constant-elasticity response."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.solvers.ranking import ranked_by

Ints = NDArray[np.integer]


def allocate_calls(
    potential: NDArray[np.floating], elasticity: float, total: float, length: NDArray[np.floating] | float = 1.0
) -> NDArray[np.float64]:
    """Divide ``total`` so that Σ kᵢ·xᵢ^e is largest: xᵢ ∝ (kᵢ/hᵢ)^(1/(1−e)).

    ``potential`` [n] ≥ 0 is kᵢ, ``elasticity`` e in [0, 1), ``length`` [n] > 0 is hᵢ, what one call takes. Returns calls [n]
    that take ``total`` together (all zero when no account has potential). Source: Albers, Mantrala & Sridhar (2010)
    for the response.
    """
    if not 0.0 <= elasticity < 1.0:
        raise ValueError(f"elasticity must be in [0, 1), not {elasticity}")
    k = np.asarray(potential, dtype=np.float64) / length
    top = k.max(initial=0.0)
    if top <= 0.0:
        return np.zeros_like(k)
    weight = (k / top) ** (1.0 / (1.0 - elasticity))
    share: NDArray[np.float64] = weight / (weight * length).sum()
    return share * total


def allocate_within(
    potential: NDArray[np.floating], elasticity: float, total: float, most: float
) -> NDArray[np.float64]:
    """As :func:`allocate_calls`, with at most ``most`` calls on one account; what does not fit goes to the others.

    The sum is less than ``total`` where all accounts with potential have ``most``.
    """
    weight = allocate_calls(potential, elasticity, 1.0)
    order = ranked_by(-weight)
    calls = np.zeros(len(weight))
    calls[order] = _capped(weight[order], np.ones(len(weight)), total, most)
    return calls


def allocate_by_group(
    potential: NDArray[np.floating], group: Ints, total: NDArray[np.floating], elasticity: float, most: float
) -> NDArray[np.float64]:
    """:func:`allocate_within` for each group by itself: ``total`` [groups] calls among the accounts [n] of the ``group`` [n]."""
    calls = np.zeros(len(potential))
    for g in range(len(total)):
        mine = group == g
        calls[mine] = allocate_within(potential[mine], elasticity, float(total[g]), most)
    return calls


def allocate_within_bounds(
    potential: NDArray[np.floating],
    elasticity: float,
    total: float,
    least: float,
    most: float,
    length: NDArray[np.floating] | float = 1.0,
) -> NDArray[np.float64]:
    """Divide ``total`` among leading accounts, at most ``most`` calls each; the last ones that would get less than ``least`` get none.

    ``potential`` [n] > 0 per ``length`` [n] of a call falls. Served are as many from the front as then all have
    ``least``; what one may not have beyond ``most`` goes to the others, in proportion to (kᵢ/hᵢ)^(1/(1−e)) as in
    :func:`allocate_calls`: among divisions of so many accounts within ``most`` that is the best. The calls [served]
    take ``total`` together unless all accounts have ``most``; nobody is served where ``total`` is less than ``least`` calls on the first.
    """
    time = np.ones(len(potential)) * length
    if len(potential) == 0 or total < least * time[0]:
        return np.zeros(0)
    k = np.asarray(potential, dtype=np.float64) / time
    weight = (k / k[0]) ** (1.0 / (1.0 - elasticity))
    low, high = 1, max(int(np.searchsorted(np.cumsum(time), total / least, side="right")), 1)
    while low < high:  # the last one's calls fall with the number served
        middle = (low + high + 1) // 2
        if _capped(weight[:middle], time[:middle], total, most)[-1] >= least:
            low = middle
        else:
            high = middle - 1
    return _capped(weight[:low], time[:low], total, most)


def _capped(weight: NDArray[np.float64], length: NDArray[np.float64], total: float, most: float) -> NDArray[np.float64]:
    """Calls in proportion to falling ``weight`` [n], nobody more than ``most``, that take ``total`` together at ``length`` [n] each."""
    rest = np.cumsum((weight * length)[::-1])[::-1]
    # With the first j at the cap, one unit of weight of the others gets this much; far back weights may be too small for a float.
    left = np.maximum(total - most * (np.cumsum(length) - length), 0.0)
    each = np.divide(left, rest, out=np.zeros(len(weight)), where=rest > 0.0)
    free = each * weight <= most
    if not free.any():
        return np.full(len(weight), most)
    full = int(np.argmax(free))
    calls: NDArray[np.float64] = np.where(np.arange(len(weight)) < full, most, each[full] * weight)
    return calls


def assign_reps(key: Ints, current: Ints, reps: Ints, refilled: float) -> NDArray[np.int64]:
    """Rep of each account [n]: the current one while it is among ``reps``, else the one with most room.

    ``key`` [n] are distinct, ``reps`` [≥ 1] are rows, ``current`` [n] may be −1 for no rep. Accounts without a rep
    are dealt out in the order of a hash of their key, each to the rep with the fewest. Where a rep still has less than
    ``refilled`` of an even portfolio, because it is new or has lost accounts, the fullest give up accounts until it has
    one. All others keep their rep from plan to plan.
    """
    # Multiplicative hash by the golden ratio (Knuth): an odd factor, so that different keys stay apart.
    order = np.argsort(key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15), kind="stable")
    place = _place_among(current, reps)[order]
    place[place < 0] = _deal(_loads(place, len(reps)), int((place < 0).sum()))
    load = _loads(place, len(reps))
    even = len(key) // len(reps)
    missing = np.where(load < refilled * even, even - load, 0)
    if missing.any():
        given = np.bincount(_deal(-load, int(missing.sum())), minlength=len(reps))
        # The fullest reps have more than an even portfolio; reps who are short never give any.
        handed = _rank_from_the_end(place, load) < given[place]
        place[handed] = -1
        place[handed] = _deal(_loads(place, len(reps)), int(handed.sum()))
    assigned = np.empty(len(key), dtype=np.int64)
    assigned[order] = reps[place]
    return assigned


def _place_among(current: Ints, reps: Ints) -> NDArray[np.int64]:
    """Place of each account's rep in the list ``reps``, −1 for one who is not on it."""
    by_row = np.argsort(reps)
    found = by_row[np.minimum(np.searchsorted(reps[by_row], current), len(reps) - 1)]
    return np.where(reps[found] == current, found, -1).astype(np.int64)


def _loads(place: Ints, reps: int) -> NDArray[np.int64]:
    """Accounts of each rep [reps]; accounts at place −1 have none."""
    return np.bincount(place[place >= 0], minlength=reps).astype(np.int64)


def _deal(load: Ints, count: int) -> NDArray[np.int64]:
    """Who gets the next ``count`` accounts [count], one by one the rep with the lowest ``load``, the first of equals."""
    low = np.sort(load)
    needed = low * np.arange(1, len(low) + 1) - np.cumsum(
        low
    )  # accounts that bring the first k up to the next one's load
    filled = int(np.searchsorted(needed, count, side="right"))
    level = (count + int(low[:filled].sum())) // filled
    takes = np.maximum(level - load, 0)
    last = np.flatnonzero(load <= level)[: count - int(takes.sum())]
    takes[last] += 1
    rep = np.repeat(np.arange(len(load)), takes)
    turn = np.arange(count) - np.repeat(np.cumsum(takes) - takes, takes) + load[rep]
    return rep[np.lexsort((rep, turn))]


def _rank_from_the_end(place: Ints, load: Ints) -> NDArray[np.int64]:
    """How many later accounts of the list have the same rep [n]."""
    order = np.argsort(place, kind="stable")
    rank = np.empty(len(place), dtype=np.int64)
    rank[order] = np.repeat(np.cumsum(load), load) - 1 - np.arange(len(place))
    return rank
