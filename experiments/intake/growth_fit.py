"""Growth of a market over the years, told apart from its season where there are two years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.intake.season_fit import YEAR, Season
from experiments.intake.shrinkage import Floats

#: Weeks from which growth and season can be told apart.
FEWEST_WEEKS = 2 * YEAR
_SLOWEST, _FASTEST = -0.9, 5.0
#: Autocorrelation of months beyond the season, above which a trend cannot be told from slow chance.
_TOO_ALIKE = 0.6
#: Weeks in a month, and numbers that level, trend and season take from a series.
_MONTH, _TAKEN = 4, 4.0
_NORMAL = 1.96


@dataclass(frozen=True)
class Growth:
    """Growth a year with its standard error; ``told`` when it lies two errors off 0."""

    yearly: float
    error: float

    @property
    def told(self) -> bool:
        """Whether the data tell that there is growth at all."""
        return abs(self.yearly) > 2.0 * self.error


def fit_growth(weekly: Floats) -> Growth | None:
    """Slope of the logarithm of weekly counts beside one yearly cosine wave; None below two years.

    Weeks are like their neighbours, and slow chance looks like a trend: the error is that of noise as slow as what is left
    of the months, infinite where that is too slow to tell.
    """
    weeks = len(weekly)
    if weeks < FEWEST_WEEKS or weekly.mean() <= 0.0:
        return None
    week = np.arange(weeks, dtype=np.float64)
    angle = 2.0 * np.pi * week / YEAR
    design = np.column_stack([np.ones(weeks), week - week.mean(), np.cos(angle), np.sin(angle)])
    logs = np.log(weekly + 0.5)  # a week without orders has no logarithm
    beta, *_ = np.linalg.lstsq(design, logs, rcond=None)
    residual = logs - design @ beta
    free = weeks - design.shape[1]
    variance = float(residual @ residual / free) * np.linalg.inv(design.T @ design)[1, 1]
    factor = float(np.exp(YEAR * beta[1]))
    error = factor * YEAR * float(np.sqrt(variance) * stats.t.ppf(0.975, free) / _NORMAL) * _slowness(residual)
    return Growth(float(np.clip(factor - 1.0, _SLOWEST, _FASTEST)), error)


def _slowness(residual: Floats) -> float:
    """How many times larger the error of a trend is than it would be if weeks had nothing to do with each other.

    Counts of single weeks are noisy and hide how alike neighbours are: months of four weeks show it, and what months have to
    do with each other comes on top.
    """
    months = residual[len(residual) % _MONTH :].reshape(-1, _MONTH).mean(axis=1)
    number, spread = len(months), float(months @ months)
    if not spread > 0.0:
        return 1.0
    alike = float(months[1:] @ months[:-1]) / spread
    alike = max(alike + (_TAKEN + 3.0 * alike) / number, 0.0)
    if alike >= _TOO_ALIKE:
        return float("inf")
    wider = spread / (number - _TAKEN) * _MONTH / (float(residual @ residual) / (len(residual) - _TAKEN))
    return float(np.sqrt(max(wider * (1.0 + alike) / (1.0 - alike), 1.0)))


def mean_activity(season: Season | None, growth: Growth | None, weeks: int) -> float:
    """Mean over the fitted weeks of season times trend: rates at activity 1 are observed rates divided by it."""
    week = np.arange(weeks, dtype=np.float64)
    activity = np.ones(weeks)
    if season is not None:
        activity = 1.0 + season.swing * np.cos(2.0 * np.pi * (week - season.peak) / YEAR)
    if growth is not None and growth.told:
        activity = activity * (1.0 + growth.yearly) ** (week / YEAR)
    return float(activity.mean())
