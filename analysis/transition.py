"""The transition apart: what a policy costs while it is brought in, and in which week it has paid for that.

A change can cost before it earns: the mean over a whole horizon hides it. The difference to the baseline is therefore shown
by periods of the run, and added up from week 1: where the sum turns and stays positive, the policy has broken even.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.answer import MAIN
from analysis.horizon import compare_spans
from analysis.intervals import Floats, compare_pairs
from analysis.paired import LEVEL, arrange, signs
from analysis.study import Study

#: Last weeks of the periods: quarters of a half year, the rest of the first year, the second year; then what is left.
ENDS = (13, 26, 52, 104)


class Cumulated(NamedTuple):
    """The difference to the baseline added up since the first week: mean over pairs and its interval [weeks each]."""

    weeks: Floats
    mean: Floats
    low: Floats
    high: Floats


def periods(first: int, last: int) -> dict[str, tuple[int, int]]:
    """Periods of the weeks ``first`` to ``last``: name → (first week, last week), both included."""
    edges = [first - 1, *(end for end in ENDS if first <= end < last), last]
    return {f"{a + 1}–{b}": (a + 1, b) for a, b in pairwise(edges)}


def compare_periods(study: Study, level: float = LEVEL) -> pd.DataFrame:
    """Paired comparison in each period, as :func:`analysis.horizon.compare_spans`. Empty without ``study.runs_weekly``."""
    if study.runs_weekly.empty:
        return pd.DataFrame()
    weeks = study.runs_weekly["week"]
    return compare_spans(study, periods(int(weeks.min()), int(weeks.max())), level)


def cumulate(study: Study, policy: str, kpi: str = MAIN, level: float = LEVEL) -> Cumulated | None:
    """The difference of ``policy`` to the baseline in ``kpi``, added up over weeks; None where a week has no value.

    In the KPI's better direction: what is lower and better counts as a gain.
    """
    table = study.runs_weekly
    table = table[table["kpi"] == kpi]
    if table.empty:
        return None
    cells = arrange(table, tuple(study.policies), ("week",), "runs_weekly")
    order = np.argsort(cells.keys["week"].to_numpy())
    direction = study.definitions.loc[study.definitions["kpi"] == kpi, "direction"]
    sign = float(signs(direction)[0]) or 1.0
    base, other = (sign * np.cumsum(cells.of(name)[order], axis=0) for name in (study.baseline, policy))
    if not (np.isfinite(base).all() and np.isfinite(other).all()):
        return None
    paired = compare_pairs(base, other, level)
    weeks = cells.keys["week"].to_numpy(dtype=np.float64)[order]
    return Cumulated(weeks, paired.difference, paired.low, paired.high)


def find_break_even(study: Study, level: float = LEVEL) -> pd.DataFrame:
    """When contribution has paid for the transition: one row per policy.

    Columns: policy, weeks (of the run), break_even, earliest, latest (weeks; NaN: not within the run), deepest, deepest_week,
    deepest_low, deepest_high, total, total_low, total_high (money added up), dips. ``break_even`` is the first week from
    which on the mean sum is positive in every week, ``earliest`` and ``latest`` the same of the upper and the lower end of
    its interval over pairs: in the weeks between them the data fit a sum on either side of zero. ``deepest`` is the lowest
    sum; ``dips`` says whether its interval lies below zero. Empty without weekly values.
    """
    rows = []
    for policy in study.challengers:
        found = None if study.runs_weekly.empty else cumulate(study, policy, level=level)
        if found is None:
            continue
        worst = int(np.argmin(found.mean))
        rows.append(
            {
                "policy": policy,
                "weeks": int(found.weeks[-1]),
                "break_even": _positive_from(found.weeks, found.mean),
                "earliest": _positive_from(found.weeks, found.high),
                "latest": _positive_from(found.weeks, found.low),
                "deepest": float(found.mean[worst]),
                "deepest_week": int(found.weeks[worst]),
                "deepest_low": float(found.low[worst]),
                "deepest_high": float(found.high[worst]),
                "total": float(found.mean[-1]),
                "total_low": float(found.low[-1]),
                "total_high": float(found.high[-1]),
                "dips": bool(found.high[worst] < 0),
            }
        )
    return pd.DataFrame(rows)


def _positive_from(weeks: Floats, values: Floats) -> float:
    """The first of ``weeks`` from which on ``values`` are positive; NaN when the last one is not, or there are none."""
    if np.isnan(values).any():
        return float("nan")
    behind = np.flatnonzero(values <= 0)
    start = int(behind[-1]) + 1 if behind.size else 0
    return float(weeks[start]) if start < len(weeks) else float("nan")
