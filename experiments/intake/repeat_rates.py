"""Purchase rates of known customers: how often they came back since their first order, gamma–Poisson with shrinkage.

A customer is known only once it has bought, so that counts of all its orders lie: nobody has none, and whoever came
late had little time. Repeats since the first order do neither (the repeat-buying part of the NBD and BG/NBD models:
Ehrenberg 1988; Fader, Hardie & Lee 2005, without their defection).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaincinv, gammaln

from experiments.intake.shrinkage import STRONGEST, WEAKEST, Floats

#: Fewest customers, and repeats of theirs, from which a type gets rates of its own.
FEWEST_CUSTOMERS = 50
FEWEST_REPEATS = 50
#: Weeks of observation that a customer has at least: one who bought on the last day would else have none.
_LEAST_WEEKS = 1.0 / 7.0
_SLOWEST, _FASTEST = 1e-6, 50.0
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class RepeatRates:
    """Rates per week, gamma distributed with ``shape`` K and ``mean`` M, each with its standard error.

    The error of the shape is infinite where customers differ by no more than chance.
    """

    shape: float
    mean: float
    shape_error: float
    mean_error: float
    customers: int
    repeats: int

    def posterior(self, repeats: Floats, weeks: Floats) -> tuple[Floats, Floats]:
        """Gamma shape and rate of each customer's own purchase rate, given its repeats in ``weeks``."""
        return self.shape + repeats, self.shape / self.mean + np.maximum(weeks, _LEAST_WEEKS)


def fit_repeats(repeats: Floats, weeks: Floats) -> RepeatRates:
    """Maximum likelihood for repeats counted over each customer's own weeks; ValueError when nobody came back."""
    if repeats.sum() == 0.0:
        raise ValueError("no customer has ordered twice")
    seen = np.maximum(weeks, _LEAST_WEEKS)

    def loss(logs: Floats) -> float:
        k, m = np.exp(logs)
        expected = m * seen
        terms = (
            gammaln(k + repeats)
            - gammaln(k)
            - k * np.log1p(expected / k)
            + repeats * (np.log(expected) - np.log(k + expected))
        )
        return -float(terms.sum())

    start = np.log([1.0, repeats.sum() / seen.sum()])
    bounds = [(np.log(WEAKEST), np.log(STRONGEST)), (np.log(_SLOWEST), np.log(_FASTEST))]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
    (k, m), errors = np.exp(found.x), _log_errors(loss, found.x)
    return RepeatRates(float(k), float(m), float(k * errors[0]), float(m * errors[1]), len(repeats), int(repeats.sum()))


def _log_errors(loss: object, at: Floats, step: float = 1e-3) -> Floats:
    """Standard errors of the logarithms from the curvature of the loss at its minimum; infinite where it is flat."""
    assert callable(loss)
    curvature = np.empty((2, 2))
    moves = np.eye(2) * step
    for i in range(2):
        for j in range(2):
            up, down = moves[i] + moves[j], moves[i] - moves[j]
            curvature[i, j] = (loss(at + up) - loss(at + down) - loss(at - down) + loss(at - up)) / (4.0 * step**2)
    if curvature[0, 0] < 1e-3:
        return np.array([np.inf, 1.0 / np.sqrt(max(curvature[1, 1], 1e-12))])
    variance = np.diag(np.linalg.pinv(curvature))
    return np.sqrt(np.maximum(variance, 0.0))


def fit_by_type(repeats: Floats, weeks: Floats, kind: NDArray[np.int64], types: int) -> list[RepeatRates]:
    """Fit of each type; one with too few customers or repeats gets the fit of all."""
    pooled = fit_repeats(repeats, weeks)
    fits = []
    for row in range(types):
        mine = kind == row
        enough = mine.sum() >= FEWEST_CUSTOMERS and repeats[mine].sum() >= FEWEST_REPEATS
        fits.append(fit_repeats(repeats[mine], weeks[mine]) if enough else pooled)
    return fits


def spread_rates(shape: Floats, rate: Floats) -> Floats:
    """One purchase rate per customer, spread evenly over the quantiles of customers' posteriors (shape, rate).

    The mean of each posterior would be the best guess for each customer, and wrong for all of them together: those
    who bought once would be alike, and nobody would ever stay away. Quantiles follow a golden-ratio sequence over
    customers in the order of their posterior means, so that neighbours take turns; no chance is involved.
    """
    order = np.lexsort((np.arange(len(shape)), shape / rate))
    quantile = np.empty(len(shape))
    quantile[order] = (np.arange(1, len(shape) + 1) * _GOLDEN) % 1.0
    return np.asarray(gammaincinv(shape, quantile) / rate, dtype=np.float64)
