"""The yearly season of a market: one cosine wave fitted to weekly counts, where there is at least a year of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.intake.shrinkage import Floats

YEAR = 52
_LARGEST_SWING = 0.9


@dataclass(frozen=True)
class Season:
    """Height of the wave as a share of the mean, and the week of its peak counted from the first week fitted."""

    swing: float
    peak: float


def fit_season(weekly: Floats, *, trend: bool = True) -> Season | None:
    """Least squares fit of 1 + swing·cos(2π(week − peak)/52) to counts, after a linear trend; None below a year.

    Without ``trend`` all change within the weeks counts as season.

    The squared swing is shrunken by its sampling variance, so that noise alone gives a swing near 0.
    """
    weeks = len(weekly)
    if weeks < YEAR or weekly.mean() <= 0:
        return None
    week = np.arange(weeks, dtype=np.float64)
    angle = 2.0 * np.pi * week / YEAR
    slope = [week - week.mean()] if trend else []
    design = np.column_stack([np.cos(angle), np.sin(angle), np.ones(weeks), *slope])
    beta, *_ = np.linalg.lstsq(design, weekly / weekly.mean(), rcond=None)
    residual = weekly / weekly.mean() - design @ beta
    noise = float(residual @ residual / max(weeks - design.shape[1], 1)) * np.linalg.inv(design.T @ design)
    squared = float(beta[0] ** 2 + beta[1] ** 2 - noise[0, 0] - noise[1, 1])
    peak = float(np.arctan2(beta[1], beta[0]) * YEAR / (2.0 * np.pi)) % YEAR
    return Season(min(float(np.sqrt(max(squared, 0.0))), _LARGEST_SWING), peak)
