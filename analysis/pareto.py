"""Pareto fronts: points that no other point dominates, and how much of the space of objectives they dominate together.

Values are arrays [points, objectives] in the objectives' own units; ``directions`` holds +1 for each objective of which
more is better and −1 where less is. A point dominates another one when it is at least as good in every objective and
better in one. Hypervolumes are computed by moocore (Guerreiro, Fonseca and Paquete 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import moocore
import numpy as np
import numpy.typing as npt

from analysis.intervals import Floats

Flags = npt.NDArray[np.bool_]

#: How far the reference point lies beyond the worst of the front, as a share of the front's range. A point at the very
#: worst would give the ends of the front no volume (Ishibuchi et al. 2018).
BEYOND = 0.1


def non_dominated(values: npt.ArrayLike, directions: Sequence[float]) -> Flags:
    """Which points [points] no other point dominates; equal points are all kept. A point with a NaN is never one of them."""
    costs = _costs(values, directions)
    whole = np.logical_not(np.isnan(costs).any(axis=1))
    found = np.zeros(len(costs), dtype=np.bool_)
    if whole.any():
        found[whole] = moocore.is_nondominated(costs[whole], keep_weakly=True)
    return found


def dominating(point: npt.ArrayLike, values: npt.ArrayLike, directions: Sequence[float]) -> Flags:
    """Which of ``values`` [points, objectives] dominate ``point`` [objectives]; none that has a NaN."""
    own, others = _costs(np.atleast_2d(np.asarray(point, dtype=np.float64)), directions), _costs(values, directions)
    return np.asarray((others <= own).all(axis=1) & (others < own).any(axis=1), dtype=np.bool_)


def reference_point(values: npt.ArrayLike, directions: Sequence[float]) -> Floats:
    """The reference point [objectives] of hypervolumes over ``values`` (feasible points, at least one without NaN).

    It is the worst value of each objective on the front, moved further by a tenth of the front's range; where the front
    has no range, of the range of all points; where these have none, of the value's own size (of 1 at zero).
    Raises ValueError without any point.
    """
    costs = _costs(values, directions)
    costs = costs[np.logical_not(np.isnan(costs).any(axis=1))]
    if not len(costs):
        raise ValueError("a reference point needs at least one point without missing values")
    front = costs[non_dominated(costs, [-1.0] * costs.shape[1])]
    worst = front.max(axis=0)
    wide = np.ptp(front, axis=0)
    wide = np.where(wide > 0, wide, np.ptp(costs, axis=0))
    wide = np.where(wide > 0, wide, np.where(worst != 0, np.abs(worst), 1.0))
    return np.asarray((worst + BEYOND * wide) * -np.asarray(directions), dtype=np.float64)


def hypervolume(values: npt.ArrayLike, reference: npt.ArrayLike, directions: Sequence[float]) -> float:
    """Volume of the space of objectives that ``values`` dominate and that is better than ``reference`` [objectives].

    In the product of the objectives' units. Points with a NaN, and those that are not better than the reference in every
    objective, add nothing; without others it is 0.
    """
    costs, corner = _costs(values, directions), _costs(np.atleast_2d(reference), directions)[0]
    costs = costs[(costs < corner).all(axis=1)]
    if not len(costs):
        return 0.0
    if costs.shape[1] == 1:
        return float(corner[0] - costs.min())
    return float(moocore.hypervolume(costs, ref=corner))


def hypervolume_by_evaluation(
    values: npt.ArrayLike, feasible: npt.ArrayLike, reference: npt.ArrayLike, directions: Sequence[float]
) -> Floats:
    """Hypervolume [points] of the feasible points up to and with each one, in the order in which they were evaluated.

    It never falls; infeasible points leave it as it is.
    """
    given, kept = np.atleast_2d(np.asarray(values, dtype=np.float64)), np.asarray(feasible, dtype=np.bool_)
    found = np.zeros(len(given))
    front, volume = np.empty((0, given.shape[1])), 0.0
    for number, point in enumerate(given):
        if kept[number] and not np.isnan(point).any() and not dominating(point, front, directions).any():
            front = np.vstack([front, point])
            front = front[non_dominated(front, directions)]
            # A sum of the same boxes in another order may differ in the last digit, and a curve must not fall.
            volume = max(volume, hypervolume(front, reference, directions))
        found[number] = volume
    return found


def box_volume(values: npt.ArrayLike, reference: npt.ArrayLike, directions: Sequence[float]) -> float:
    """Volume of the box from ``reference`` to the best of each objective among ``values``: no front dominates more.

    A hypervolume divided by it is a share without units. Points with a NaN are excluded; 0 when nothing is better.
    """
    costs, corner = _costs(values, directions), _costs(np.atleast_2d(reference), directions)[0]
    costs = costs[np.logical_not(np.isnan(costs).any(axis=1))]
    return float(np.prod(np.maximum(corner - costs.min(axis=0), 0.0))) if len(costs) else 0.0


def _costs(values: npt.ArrayLike, directions: Sequence[float]) -> Floats:
    """``values`` so that less is better everywhere, [points, objectives]."""
    signs = -np.asarray(directions, dtype=np.float64)
    given = np.asarray(values, dtype=np.float64).reshape(-1, len(signs))
    return np.asarray(given * signs, dtype=np.float64)
