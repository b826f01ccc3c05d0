"""Least squares on a weekly series with autocorrelated noise, whose slow fluctuations can look like a trend or a season."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from experiments.intake.fits.shrinkage import Floats

#: Candidate noises: shares of the variance that are autocorrelated, and week-to-week autocorrelations of that part.
_SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
_CORRELATIONS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
#: Prior weight of white noise relative to each of these: with it, confidence intervals are neither too narrow nor too wide.
_WHITE = 150.0


def fit_autocorrelated(design: Floats, series: Floats) -> tuple[Floats, Floats]:
    """Coefficients and their covariance, for a design of shape (weeks, coefficients).

    Noise is white noise plus a first-order autoregression with unknown parameters: generalised least squares fits are averaged
    over them, weighted by restricted likelihood (Harville 1974), and their differences are part of the covariance.
    """
    week = np.arange(len(series), dtype=np.float64)
    distance, white = np.abs(week[:, None] - week), np.eye(len(series))
    noises = [
        (1.0 - share) * white + share * correlation**distance for share in _SHARES for correlation in _CORRELATIONS
    ]
    fits = [_fit(design, series, noise) for noise in [white, *noises]]
    beta, covariance = np.array([fit[0] for fit in fits]), np.array([fit[1] for fit in fits])
    likelihood = np.array([fit[2] for fit in fits])
    weight = np.exp(likelihood - likelihood.max()) * np.append(_WHITE, np.ones(len(noises)))
    weight /= weight.sum()
    mean = weight @ beta
    between = np.einsum("n,ni,nj->ij", weight, beta - mean, beta - mean)
    return mean, np.tensordot(weight, covariance, axes=1) + between


def _fit(design: Floats, series: Floats, noise: Floats) -> tuple[Floats, Floats, float]:
    """Coefficients, covariance and restricted log likelihood under one correlation of the noise, its scale integrated out."""
    root = np.linalg.cholesky(noise)
    cleared = solve_triangular(root, np.column_stack([design, series]), lower=True)
    x, y = cleared[:, :-1], cleared[:, -1]
    gram = x.T @ x
    beta = np.linalg.solve(gram, x.T @ y)
    free = len(y) - x.shape[1]
    squares = max(float((y - x @ beta) @ (y - x @ beta)), 1e-12)
    likelihood = -np.log(np.diag(root)).sum() - 0.5 * np.linalg.slogdet(gram)[1] - 0.5 * free * np.log(squares)
    return beta, squares / (free - 2.0) * np.linalg.inv(gram), float(likelihood)
