"""Least squares on a series of weeks whose noise may last: neighbours are alike, and slow chance looks like trend or season."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from experiments.intake.fits.shrinkage import Floats

#: What noise may be: shares of its variance that last, and autocorrelations from week to week of what lasts.
_LASTING = (0.1, 0.25, 0.5, 0.75, 1.0)
_ALIKE = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
#: Weight of white noise beside each of these before the data speak: intervals are neither too narrow nor too wide with it.
_WHITE = 150.0


def fit_with_lasting_noise(design: Floats, series: Floats) -> tuple[Floats, Floats]:
    """Coefficients and their covariance, for a design of shape (weeks, coefficients).

    Noise is white plus a first-order autoregression whose parts nobody knows: generalised least squares are averaged over
    them by their restricted likelihood (Harville 1974), and what they differ by is part of the covariance.
    """
    week = np.arange(len(series), dtype=np.float64)
    apart, white = np.abs(week[:, None] - week), np.eye(len(series))
    noises = [(1.0 - lasting) * white + lasting * alike**apart for lasting in _LASTING for alike in _ALIKE]
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
