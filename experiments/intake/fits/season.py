"""The yearly season of a market: one cosine wave fitted to weekly counts, given at least a year of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.intake.fits.autocorrelated_noise import fit_autocorrelated
from experiments.intake.fits.shrinkage import Floats

YEAR = 52
_LARGEST_SWING = 0.9
#: How much errors are widened below two years: the autocorrelation of noise is then hardly visible next to a wave.
_WIDER = 1.25
#: Wald statistic of cosine and sine that noise alone exceeds in 5 % of markets.
_CRITICAL = float(stats.chi2.ppf(0.95, 2))


@dataclass(frozen=True)
class Season:
    """Height of the wave as a share of the mean, and the week of its peak counted from the first week fitted.

    ``swing`` is 0 where the wave is indistinguishable from noise; ``estimate`` is the value before that test, with its standard
    error.
    """

    swing: float
    peak: float
    estimate: float = 0.0
    error: float = 0.0

    def text(self) -> str:
        """The season as quality pages show it."""
        found = f"{self.estimate:.3f} ± {self.error:.3f}"
        if self.swing == 0.0:
            return f"none: a swing of {found} is indistinguishable from noise"
        return f"swing {self.swing:.3f} (± {self.error:.3f}), peak in week {self.peak:.0f}"


def fit_season(weekly: Floats, *, trend: bool = True) -> Season | None:
    """Least squares fit of 1 + swing·cos(2π(week − peak)/52) to counts, after a linear trend; None below a year.

    Without ``trend`` all change within the weeks counts as season.

    Noise may be autocorrelated, and slow fluctuations look like a season: the swing is 0 unless a Wald test distinguishes the
    wave from noise. The square of the swing is reduced by its sampling variance.
    """
    weeks = len(weekly)
    if weeks < YEAR or weekly.mean() <= 0:
        return None
    week = np.arange(weeks, dtype=np.float64)
    angle = 2.0 * np.pi * week / YEAR
    slope = [week - week.mean()] if trend else []
    design = np.column_stack([np.cos(angle), np.sin(angle), np.ones(weeks), *slope])
    beta, covariance = fit_autocorrelated(design, weekly / weekly.mean())
    wave, noise = beta[:2], covariance[:2, :2] * (_WIDER**2 if weeks < 2 * YEAR else 1.0)
    squared = float(wave @ wave)
    estimate = float(np.sqrt(max(squared - np.trace(noise), 0.0)))
    error = float(np.sqrt(wave @ noise @ wave / squared)) if squared > 0.0 else 0.0
    significant = squared > 0.0 and float(wave @ np.linalg.solve(noise, wave)) > _CRITICAL
    peak = float(np.arctan2(beta[1], beta[0]) * YEAR / (2.0 * np.pi)) % YEAR
    return Season(min(estimate, _LARGEST_SWING) if significant else 0.0, peak, estimate, error)
