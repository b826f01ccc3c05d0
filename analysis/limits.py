"""What limits cost a search: which of them bind, what relaxing one would gain, and why no point meets them all.

Everything is derived from points that were evaluated. The search aimed at points that meet the limits, so the gain of a
point beyond one limit is the least that relaxing this limit would bring; a search with the relaxed limit may find more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.intervals import Floats
from analysis.pareto import Flags, hypervolume, non_dominated
from analysis.search import Limit, Search

#: A point of the front lies at a limit when its slack is at most this share of the KPI's range over all points.
NEAR = 0.05
RELAXATION = ("limit", "objective", "point", "bound", "relaxed_by", "value", "best", "gain")


def binding_limits(search: Search) -> pd.DataFrame:
    """How much each limit restricts the front, a row per limit.

    Columns: ``limit``; ``at_limit`` and ``front`` (points of the front at the limit, see :data:`NEAR`, and all of
    them); ``only_this`` (evaluated points that violate this limit and no other); ``largest_gain`` (the largest share of an
    objective's range over all points that relaxing it would buy); ``hypervolume_gain`` (what these points add to the
    final hypervolume, as a share of it; NaN without a feasible point); ``binds``: whether relaxing it would buy a better
    value of some objective or more hypervolume. A front that merely touches a limit need not be restricted by it.
    """
    spread, bought = _ranges(search), relaxations(search)
    rows = []
    for limit in search.limits:
        values = search.evaluations[limit.kpi].to_numpy(dtype=np.float64)
        reach = NEAR * _range(values)
        at = search.on_front & (limit.slack(values) <= reach)
        mine = bought[bought["limit"] == limit.name]
        shares = [gain / spread[kpi] for kpi, gain in zip(mine["objective"], mine["gain"].tolist(), strict=True)]
        only = only_breaking(search, limit)
        added = _added(search, only)
        rows.append(
            (
                limit.name,
                int(at.sum()),
                int(search.on_front.sum()),
                int(only.sum()),
                max(shares, default=0.0),
                added,
                bool(len(mine)) or added > 0,
            )
        )
    names = ["limit", "at_limit", "front", "only_this", "largest_gain", "hypervolume_gain", "binds"]
    return pd.DataFrame(rows, columns=names)


def relaxations(search: Search) -> pd.DataFrame:
    """The least that relaxing one limit, with the others met, would gain: a row per step worth taking.

    Columns :data:`RELAXATION`: the limit's name; the objective's KPI; the evaluated point that shows it;
    ``bound`` (what the limit would have to be relaxed to) and ``relaxed_by`` (> 0, by how much), in units of the limit's KPI;
    ``value``, ``best`` (of the feasible points) and ``gain`` > 0 (in the objective's good direction), in units of the
    objective. Steps of one limit and objective go from the smallest relaxation to the largest gain; a step that
    relaxes more and gains no more is omitted. Empty without a feasible point, because there is nothing to compare with.
    """
    rows: list[tuple[object, ...]] = []
    if search.feasible.any():
        for limit in search.limits:
            for column, objective in enumerate(search.objectives):
                rows += _steps(search, limit, column, objective.kpi)
    return pd.DataFrame(rows, columns=list(RELAXATION))


def _steps(search: Search, limit: Limit, column: int, kpi: str) -> list[tuple[object, ...]]:
    sign = search.directions[column]
    values = search.values[:, column]
    best = float((values[search.feasible] * sign).max()) * sign
    beyond = search.evaluations[limit.kpi].to_numpy(dtype=np.float64)
    by, gain = limit.shortfall(beyond), (values - best) * sign
    gaining = np.flatnonzero(only_breaking(search, limit) & (gain > 0))
    if not len(gaining):
        return []
    kept = gaining[non_dominated(np.column_stack([by[gaining], gain[gaining]]), [-1.0, 1.0])]
    points = search.evaluations["point"].tolist()
    rows: list[tuple[object, ...]] = []
    for row in sorted(kept, key=lambda place: (by[place], place)):
        step = limit.name, kpi, points[row], float(beyond[row]), float(by[row])
        rows.append((*step, float(values[row]), best, float(gain[row])))
    return rows


def only_breaking(search: Search, limit: Limit) -> Flags:
    """Points [points] that did not fail, violate ``limit`` and meet all others."""
    short = shortfalls(search)
    place = search.limits.index(limit)
    others = np.delete(short, place, axis=1)
    return np.asarray((short[:, place] > 0) & (others == 0).all(axis=1) & ~search.failed, dtype=np.bool_)


def shortfalls(search: Search) -> Floats:
    """How far each point is beyond each limit [points, limits], in units of the limit's KPI; NaN where it failed."""
    columns = [limit.shortfall(search.evaluations[limit.kpi].to_numpy(dtype=np.float64)) for limit in search.limits]
    return np.column_stack(columns) if columns else np.zeros((len(search.evaluations), 0))


@dataclass(frozen=True)
class Infeasibility:
    """Why no point meets all limits.

    ``never`` are limits that no point meets, with the best value that was reached; ``apart`` are pairs of limits that
    are each met by some point and never both by one; ``lifting`` are limits without which some point would be
    feasible; ``nearest`` is the point with the smallest sum of shortfalls, each as a share of the KPI's range
    over all points, and ``missing`` its shortfalls by limit (units of the KPI, only those that are missed).
    ``nearest`` is "" when all points failed.
    """

    never: tuple[tuple[Limit, float], ...]
    apart: tuple[tuple[Limit, Limit], ...]
    lifting: tuple[Limit, ...]
    nearest: str
    missing: tuple[tuple[Limit, float], ...]


def explain_infeasibility(search: Search) -> Infeasibility | None:
    """Why no point of ``search`` is feasible; None when one is."""
    if search.feasible.any():
        return None
    ended = ~search.failed
    if not ended.any():
        return Infeasibility((), (), (), "", ())
    short = shortfalls(search)[ended]
    met = short == 0
    table = search.evaluations[ended]
    never = []
    for place, limit in enumerate(search.limits):
        if not met[:, place].any():
            values = table[limit.kpi].to_numpy(dtype=np.float64)
            never.append((limit, float(values.max() if limit.least else values.min())))
    alone = [place for place in range(len(search.limits)) if met[:, place].any()]
    apart = [
        (search.limits[one], search.limits[other])
        for one, other in combinations(alone, 2)
        if not (met[:, one] & met[:, other]).any()
    ]
    lifting = [limit for limit in search.limits if only_breaking(search, limit).any()]
    wide = np.array([_range(table[limit.kpi].to_numpy(dtype=np.float64)) for limit in search.limits])
    shares = short / np.where(wide > 0, wide, 1.0)
    row = int(np.argmin(shares.sum(axis=1)))
    missing = [(limit, float(short[row, place])) for place, limit in enumerate(search.limits) if short[row, place] > 0]
    return Infeasibility(tuple(never), tuple(apart), tuple(lifting), str(table["point"].iloc[row]), tuple(missing))


def _added(search: Search, only: Flags) -> float:
    """What ``only`` would add to the hypervolume of the feasible points, as a share of it."""
    if search.reference is None:
        return float("nan")
    reached = hypervolume(search.values[search.feasible], search.reference, search.directions)
    wider = hypervolume(search.values[search.feasible | only], search.reference, search.directions)
    return wider / reached - 1.0 if reached > 0 else float("nan")


def _ranges(search: Search) -> dict[str, float]:
    wide = {objective.kpi: _range(search.values[:, place]) for place, objective in enumerate(search.objectives)}
    return {kpi: width if width > 0 else 1.0 for kpi, width in wide.items()}


def _range(values: Floats) -> float:
    """Range of the values that are there; 0 without any."""
    there = values[np.isfinite(values)]
    return float(np.ptp(there)) if len(there) else 0.0
