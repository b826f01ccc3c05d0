"""PRIM on arrays: a box in which cases are dense, found by peeling a little at a time.

Friedman & Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9, with the lenient criterion
of Kwakkel & Jaxa-Rozen (2016), Environmental Modelling & Software 79, for factors with few levels, and quasi-p-values
of restrictions by Bryant & Lempert (2010), Technological Forecasting & Social Change 77. Own choices: which box of the
trajectory is taken (the one that agrees best with the cases, largest φ) and pasting by that same measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from analysis.intervals import Floats

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: Most rounds in which limits are moved; a handful is enough, the bound prevents endless cycles.
_ROUNDS = 25
#: Gains of φ up to this size are rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Grid:
    """Points as PRIM sees them: every factor as codes of its distinct values, ordered where the factor has an order.

    ``codes`` [points, factors] counts on from ``starts`` [factors], so that one count serves all factors; ``sizes``
    [factors] are the numbers of distinct values, ``ordered`` [factors] says which factors are numbers.
    """

    codes: Ints
    sizes: Ints
    ordered: Bools

    @cached_property
    def starts(self) -> Ints:
        """First code of each factor."""
        return np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int64)

    @property
    def everything(self) -> Bools:
        """The box without restriction: all codes allowed."""
        return np.ones(int(self.sizes.sum()), dtype=np.bool_)

    def inside(self, allowed: Bools) -> Bools:
        """Which points lie in the box."""
        return np.asarray(allowed[self.codes].all(axis=1))

    def of(self, factor: int) -> slice:
        """Where the codes of ``factor`` lie."""
        start = int(self.starts[factor])
        return slice(start, start + int(self.sizes[factor]))


class Face(NamedTuple):
    """One restriction of a box: ``low`` or ``high`` limit of an ordered factor, ``set`` of allowed levels of another."""

    factor: int
    side: str


class Tested(NamedTuple):
    """A restriction with its quasi-p-value, and what the box would be without it."""

    face: Face
    quasi_p: float
    futures_without: int
    cases_without: int


class Step(NamedTuple):
    """One box of the peeling trajectory."""

    futures: int
    cases: int
    phi: float
    restricted: int
    allowed: Bools


@dataclass(frozen=True)
class Settings:
    """How finely boxes are peeled (``peel``, share of the box removed per step), down to how many points (``floor``), and
    the level (``significance``) that restrictions must reach, shared among all factors (Bonferroni).
    """

    floor: int
    peel: float = 0.05
    significance: float = 0.05


@dataclass(frozen=True)
class Found:
    """The box that was chosen (``allowed`` codes), its faces, the trajectory and the chosen step on it."""

    allowed: Bools
    phi: float
    faces: tuple[Tested, ...]
    trajectory: tuple[Step, ...]
    chosen: int


def find_box(grid: Grid, cases: Bools, settings: Settings) -> Found:
    """The whole procedure: peel, choose, paste; then drop what is not significant and paste again until nothing changes.

    Limits are moved before restrictions are judged: where peeling left them they may be far from where they matter.
    """
    trajectory = tuple(_peel(grid, cases, settings))
    chosen = int(np.argmax([step.phi for step in trajectory]))
    allowed, before = _paste(grid, cases, trajectory[chosen].allowed, settings), None
    while before is None or not np.array_equal(before, allowed):
        before = allowed
        allowed, tested = _prune(grid, cases, allowed, settings.significance / len(grid.sizes))
        allowed = _paste(grid, cases, allowed, settings)
    inside = grid.inside(allowed)
    value = float(phi(inside.sum(), (inside & cases).sum(), cases))
    return Found(allowed, value, tested, trajectory, chosen)


def phi(futures: npt.ArrayLike, hits: npt.ArrayLike, cases: Bools) -> Floats:
    """Correlation φ between "in the box" and "is a case", of boxes with ``futures`` points and ``hits`` cases among them.

    Without a restriction, and where all or no points are cases, it is 0. √(points − 1) · φ is the standardised excess
    of cases under random labels, so the box with the largest φ is the one least explained by chance.
    """
    total, of_interest = cases.size, int(cases.sum())
    n, k = np.asarray(futures, dtype=np.float64), np.asarray(hits, dtype=np.float64)
    spread = n * (total - n) * of_interest * (total - of_interest)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, (total * k - n * of_interest) / np.sqrt(spread), 0.0)


def faces_of(grid: Grid, allowed: Bools) -> tuple[Face, ...]:
    """The restrictions of a box, factor by factor."""
    faces: list[Face] = []
    for factor in range(len(grid.sizes)):
        part = allowed[grid.of(factor)]
        if grid.ordered[factor]:
            faces += [Face(factor, side) for side, end in (("low", part[0]), ("high", part[-1])) if not end]
        elif not part.all():
            faces.append(Face(factor, "set"))
    return tuple(faces)


def weigh_faces(grid: Grid, cases: Bools, allowed: Bools) -> tuple[Tested, ...]:
    """Quasi-p-value of every restriction, the most significant first.

    It is the probability of so many cases among the points of the box if the density were that of the box without the
    restriction (one-sided binomial); "quasi" because the box was chosen on the same points.
    """
    inside = grid.inside(allowed)
    futures, hits = int(inside.sum()), int((inside & cases).sum())
    tested = []
    for face in faces_of(grid, allowed):
        wider = grid.inside(_without(grid, allowed, face))
        n, k = int(wider.sum()), int((wider & cases).sum())
        p = float(bdtrc(hits - 1, futures, k / n)) if hits and k < n else 1.0
        tested.append(Tested(face, p, n, k))
    return tuple(sorted(tested, key=lambda t: (t.quasi_p, t.cases_without / max(t.futures_without, 1))))


def _prune(grid: Grid, cases: Bools, allowed: Bools, limit: float) -> tuple[Bools, tuple[Tested, ...]]:
    """Drop the least significant restriction until all are significant; and the tests of those that stay."""
    while True:
        tested = weigh_faces(grid, cases, allowed)
        if not tested or tested[-1].quasi_p <= limit:
            return allowed, tested
        allowed = _without(grid, allowed, tested[-1].face)


def _without(grid: Grid, allowed: Bools, face: Face) -> Bools:
    wider, where = allowed.copy(), grid.of(face.factor)
    kept = np.flatnonzero(allowed[where])
    if face.side == "low":
        wider[where.start : where.start + int(kept[-1]) + 1] = True
    elif face.side == "high":
        wider[where.start + int(kept[0]) : where.stop] = True
    else:
        wider[where] = True
    return wider


def _peel(grid: Grid, cases: Bools, settings: Settings) -> Iterator[Step]:
    """Boxes from all points down to the floor, or to the first one that contains only cases."""
    allowed, inside = grid.everything, np.ones(cases.size, dtype=np.bool_)
    while True:
        futures, hits = int(inside.sum()), int((inside & cases).sum())
        restricted = int((np.add.reduceat(allowed, grid.starts) < grid.sizes).sum())
        yield Step(futures, hits, float(phi(futures, hits, cases)), restricted, allowed)
        if hits in (0, futures):
            return
        removed = _best_peel(grid, cases, inside, settings)
        if removed is None:
            return
        allowed = allowed.copy()
        allowed[removed] = False
        inside = inside & grid.inside(allowed)


def _best_peel(grid: Grid, cases: Bools, inside: Bools, settings: Settings) -> slice | None:
    """The codes whose removal raises the density most per point removed; None when none may be removed."""
    total, starts = int(grid.sizes.sum()), grid.starts
    count = np.bincount(grid.codes[inside].ravel(), minlength=total)
    hits = np.bincount(grid.codes[inside & cases].ravel(), minlength=total)
    n, k = int(inside.sum()), int((inside & cases).sum())
    step = max(1, int(settings.peel * n))
    # Every factor counts all points of the box, so factor d's sums run from d·n to (d + 1)·n.
    sums, hit_sums = np.cumsum(count), np.cumsum(hits)
    below, hits_below = np.concatenate([[0], sums]), np.concatenate([[0], hit_sums])
    order = np.flatnonzero(grid.ordered)
    low = np.searchsorted(sums, order * n + step)
    high = np.searchsorted(sums, (order + 1) * n - step, side="right")
    level = np.flatnonzero(~np.repeat(grid.ordered, grid.sizes) & (count > 0))
    gone = np.concatenate([sums[low] - order * n, (order + 1) * n - below[high], count[level]])
    gone_hits = np.concatenate([hit_sums[low] - order * k, (order + 1) * k - hits_below[high], hits[level]])
    left = n - gone
    fits = left >= settings.floor
    if not fits.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(fits, ((k - gone_hits) / left - k / n) / np.maximum(gone, step), -np.inf)
    best = int(np.argmax(gain))
    if best < len(order):
        return slice(int(starts[order[best]]), int(low[best]) + 1)
    if best < 2 * len(order):
        factor = order[best - len(order)]
        return slice(int(high[best - len(order)]), int(starts[factor] + grid.sizes[factor]))
    code = int(level[best - 2 * len(order)])
    return slice(code, code + 1)


def _paste(grid: Grid, cases: Bools, allowed: Bools, settings: Settings) -> Bools:
    """Move every limit, one after the other, to where the box agrees best with the cases, until none moves.

    Peeling takes a twentieth at a time; this finds the exact place, outwards (pasting) or inwards.
    """
    for _ in range(_ROUNDS):
        before = allowed
        for face in faces_of(grid, allowed):
            allowed = _move(grid, cases, allowed, face, settings)
        if np.array_equal(before, allowed):
            break
    return allowed


def _move(grid: Grid, cases: Bools, allowed: Bools, face: Face, settings: Settings) -> Bools:
    where, free = grid.of(face.factor), allowed.copy()
    free[where] = True
    rows = grid.inside(free)
    codes = grid.codes[:, face.factor] - where.start
    part = allowed[where]
    count = np.bincount(codes[rows], minlength=part.size)
    hits = np.bincount(codes[rows & cases], minlength=part.size)
    n, k = _totals(part, count, face.side), _totals(part, hits, face.side)
    score = np.where(n >= settings.floor, phi(n, k, cases), -np.inf)
    best = int(np.argmax(score))
    if not score[best] > float(phi(part @ count, part @ hits, cases)) + _ROUNDING:
        return allowed
    moved = allowed.copy()
    moved[where] = _moved(part, best, face.side)
    return moved


def _totals(part: Bools, count: Ints, side: str) -> Ints:
    """Sums of ``count`` for every code at which the limit may stand; for levels, with each one changed in turn."""
    kept = np.flatnonzero(part)
    if side == "low":
        return np.cumsum(count[: kept[-1] + 1][::-1])[::-1]
    if side == "high":
        return np.cumsum(count[kept[0] :])
    return np.asarray(part @ count + np.where(part, -count, count))


def _moved(part: Bools, place: int, side: str) -> Bools:
    """The allowed codes when the limit stands at ``place`` of :func:`_totals`."""
    kept, codes = np.flatnonzero(part), np.arange(part.size)
    if side == "low":
        return np.asarray((codes >= place) & (codes <= kept[-1]))
    if side == "high":
        return np.asarray((codes >= kept[0]) & (codes <= kept[0] + place))
    return np.where(codes == place, ~part, part)
