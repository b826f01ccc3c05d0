"""Growth of a market over the years, told apart from its season where there are two years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.intake.season_fit import YEAR, Season
from experiments.intake.shrinkage import Floats

#: Weeks from which growth and season can be told apart.
FEWEST_WEEKS = 2 * YEAR
_SLOWEST, _FASTEST = -0.9, 5.0
#: What noise may be: shares of its variance that last, and autocorrelations from week to week of what lasts.
_LASTING = (0.1, 0.25, 0.5, 0.75, 1.0)
_ALIKE = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
#: Weight of white noise beside each of these before the data speak: intervals are neither too narrow nor too wide with it.
_WHITE = 150.0


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

    Weeks are like their neighbours, and slow chance looks like a trend. Noise is white plus a first-order autoregression
    whose parts nobody knows: slope and error are averaged over them by their restricted likelihood (Harville 1974).
    """
    weeks = len(weekly)
    if weeks < FEWEST_WEEKS or weekly.mean() <= 0.0:
        return None
    week = np.arange(weeks, dtype=np.float64)
    angle = 2.0 * np.pi * week / YEAR
    design = np.column_stack([np.ones(weeks), week - week.mean(), np.cos(angle), np.sin(angle)])
    logs = np.log(weekly + 0.5)  # a week without orders has no logarithm
    apart = np.abs(week[:, None] - week)
    white = np.eye(weeks)
    noises = [(1.0 - lasting) * white + lasting * alike**apart for lasting in _LASTING for alike in _ALIKE]
    fits = np.array([_slope(design, logs, noise) for noise in [white, *noises]])
    weight = np.exp(fits[:, 2] - fits[:, 2].max()) * np.append(_WHITE, np.ones(len(noises)))
    weight /= weight.sum()
    slope = float(weight @ fits[:, 0])
    variance = float(weight @ (fits[:, 1] + (fits[:, 0] - slope) ** 2))
    factor = float(np.exp(YEAR * slope))
    return Growth(float(np.clip(factor - 1.0, _SLOWEST, _FASTEST)), factor * YEAR * float(np.sqrt(variance)))


def _slope(design: Floats, logs: Floats, noise: Floats) -> tuple[float, float, float]:
    """Slope, its variance and the restricted log likelihood of generalised least squares, the scale integrated out."""
    root = np.linalg.cholesky(noise)
    x, y = np.linalg.solve(root, design), np.linalg.solve(root, logs)
    gram = x.T @ x
    beta = np.linalg.solve(gram, x.T @ y)
    free = len(y) - x.shape[1]
    squares = max(float((y - x @ beta) @ (y - x @ beta)), 1e-12)
    likelihood = -np.log(np.diag(root)).sum() - 0.5 * np.linalg.slogdet(gram)[1] - 0.5 * free * np.log(squares)
    return float(beta[1]), squares / (free - 2.0) * float(np.linalg.inv(gram)[1, 1]), float(likelihood)


def mean_activity(season: Season | None, growth: Growth | None, weeks: int) -> float:
    """Mean over the fitted weeks of season times trend: rates at activity 1 are observed rates divided by it."""
    week = np.arange(weeks, dtype=np.float64)
    activity = np.ones(weeks)
    if season is not None:
        activity = 1.0 + season.swing * np.cos(2.0 * np.pi * (week - season.peak) / YEAR)
    if growth is not None and growth.told:
        activity = activity * (1.0 + growth.yearly) ** (week / YEAR)
    return float(activity.mean())
