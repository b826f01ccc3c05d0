"""Drift: whether the series of a market that nobody changes stay where they are, beyond season and declared growth.

A seed is the unit of replication: weeks of one run depend on each other, runs of different seeds do not. Of each run the
mean of the last weeks is compared with the mean of the first ones, so that noise within a window averages out and no
model of it is needed; a t-interval over seeds says how sure the mean is. A series is settled when the whole interval lies
within ±``THRESHOLD`` of its level (a test of equivalence: few seeds cannot make a market look settled), it drifts when the
whole interval lies outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.intervals import Floats

#: Largest drift over the horizon that counts as settled, a share of the level.
THRESHOLD = 0.05
LEVEL = 0.95
#: Weeks of a window: half a year, or a whole one where there is a season, so that the season is the same in both.
HALF_A_YEAR, YEAR = 26, 52
SETTLED, DRIFTS, CANNOT_TELL = "settled", "drifts", "cannot tell"


@dataclass(frozen=True)
class Series:
    """A series that should stay where it is.

    ``scale`` is what its drift is a share of: 0 for its own level, else this number (1 for standardised scores, whose
    level is near 0). ``grows``: a count or a sum of money, which may grow with the market.
    """

    name: str
    label: str
    scale: float = 0.0
    grows: bool = False


def window_of(weeks: int, season: bool) -> int:
    """Weeks of the first and of the last window of a horizon of ``weeks``."""
    return min(YEAR if season else HALF_A_YEAR, weeks // 2)


def measure_drift(
    series: Sequence[Series], values: Floats, *, season: bool = False, growth: float = 0.0, level: float = LEVEL
) -> pd.DataFrame:
    """Table with a row per series: series, label, level, first, last, drift, low, high, verdict.

    ``values`` is [series, seeds ≥ 2, weeks]; weeks without a value (NaN) are excluded. ``growth`` is the declared growth a
    year of what ``grows``. ``drift`` is what a straight line through the means of both windows moves over the whole
    horizon, a share of the scale, and ``low`` and ``high`` its ``level`` interval over seeds. A series without a value in
    some window, or that is zero throughout, is not in the table.
    """
    weeks = values.shape[2]
    window = window_of(weeks, season)
    trend = (1.0 + growth) ** (-np.arange(weeks) / YEAR)
    rows = []
    for one, raw in zip(series, values, strict=True):
        flat = raw * trend if one.grows else raw
        whole, first, last = flat, flat[:, :window], flat[:, -window:]
        if any(np.isnan(part).all(axis=1).any() for part in (first, last)):
            continue
        scale = one.scale or abs(float(np.nanmean(whole)))
        if scale == 0.0:
            continue
        before, after = np.nanmean(first, axis=1), np.nanmean(last, axis=1)
        each = (after - before) * weeks / (weeks - window) / scale
        mean = float(each.mean())
        half = float(stdtrit(len(each) - 1, 0.5 + level / 2) * each.std(ddof=1) / np.sqrt(len(each)))
        rows.append(
            {
                "series": one.name,
                "label": one.label,
                "level": float(np.nanmean(whole)),
                "first": float(before.mean()),
                "last": float(after.mean()),
                "drift": mean,
                "low": mean - half,
                "high": mean + half,
                "verdict": judge_drift(mean - half, mean + half),
            }
        )
    columns = ["series", "label", "level", "first", "last", "drift", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def judge_drift(low: float, high: float, threshold: float = THRESHOLD) -> str:
    """Verdict on the interval ``low`` to ``high`` of a drift."""
    if -threshold <= low and high <= threshold:
        return SETTLED
    return DRIFTS if low > threshold or high < -threshold else CANNOT_TELL


def suggest_warm_up(tables: dict[int, pd.DataFrame]) -> tuple[int, bool]:
    """The shortest warm-up among ``tables`` (by weeks) with which every series is settled, and whether there is one.

    Without one: the shortest of those under which the fewest series drift.
    """
    for weeks in sorted(tables):
        if len(tables[weeks]) and (tables[weeks]["verdict"] == SETTLED).all():
            return weeks, True
    drifting = {weeks: int((table["verdict"] == DRIFTS).sum()) for weeks, table in tables.items()}
    return min(sorted(drifting), key=lambda weeks: drifting[weeks]), False
