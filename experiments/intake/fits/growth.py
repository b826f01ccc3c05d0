"""Growth of a market over the years, separated from its season given two years of weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.intake.fits.autocorrelated_noise import fit_autocorrelated
from experiments.intake.fits.season import YEAR, Season
from experiments.intake.fits.shrinkage import Floats

#: Weeks from which growth and season can be separated.
FEWEST_WEEKS = 2 * YEAR
_SLOWEST, _FASTEST = -0.9, 5.0


@dataclass(frozen=True)
class Growth:
    """Growth per year with its standard error; identified when it is more than two errors away from 0."""

    yearly: float
    error: float

    @property
    def identified(self) -> bool:
        """Whether the data show that there is growth at all."""
        return abs(self.yearly) > 2.0 * self.error


def fit_growth(weekly: Floats) -> Growth | None:
    """Slope of the logarithm of weekly counts, fitted together with one yearly cosine wave; None below two years.

    Neighbouring weeks are alike, and slow fluctuations look like a trend: the error allows for autocorrelated noise.
    """
    weeks = len(weekly)
    if weeks < FEWEST_WEEKS or weekly.mean() <= 0.0:
        return None
    week = np.arange(weeks, dtype=np.float64)
    angle = 2.0 * np.pi * week / YEAR
    design = np.column_stack([np.ones(weeks), week - week.mean(), np.cos(angle), np.sin(angle)])
    logs = np.log(weekly + 0.5)  # a week without orders has no logarithm
    beta, covariance = fit_autocorrelated(design, logs)
    slope, variance = float(beta[1]), float(covariance[1, 1])
    factor = float(np.exp(YEAR * slope))
    return Growth(float(np.clip(factor - 1.0, _SLOWEST, _FASTEST)), factor * YEAR * float(np.sqrt(variance)))


def mean_activity(season: Season | None, growth: Growth | None, weeks: int) -> float:
    """Mean over the fitted weeks of season times trend: rates at activity 1 are observed rates divided by it."""
    week = np.arange(weeks, dtype=np.float64)
    activity = np.ones(weeks)
    if season is not None:
        activity = 1.0 + season.swing * np.cos(2.0 * np.pi * (week - season.peak) / YEAR)
    if growth is not None and growth.identified:
        activity = activity * (1.0 + growth.yearly) ** (week / YEAR)
    return float(activity.mean())
