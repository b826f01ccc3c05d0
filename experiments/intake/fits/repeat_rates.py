"""Purchase rates of known customers: how often they came back after their first order, gamma–Poisson with shrinkage.

A customer is known only once it has bought, so counts of all its orders are biased: nobody has zero orders, and whoever
came late had little time. Repeats since the first order have neither bias (the repeat-buying part of the NBD and BG/NBD
models: Ehrenberg 1988; Fader, Hardie & Lee 2005, without their defection), as long as the first order seen is really the
first.

A customer who bought before the file begins is seen only from then on and only if it buys: its orders in the whole window
are a zero-truncated NBD, and it is seen earlier the more it buys. The data do not say who these customers are, so customers
are a mixture of both kinds, distinguished by when they are first seen and how often they come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaincinv, gammaln, log_expit, logit

from experiments.intake.fits.shrinkage import STRONGEST, WEAKEST, Floats

#: Fewest customers, and repeats of theirs, from which a type gets its own rates.
FEWEST_CUSTOMERS = 50
FEWEST_REPEATS = 50
#: Fewest weeks of observation of a customer: one who bought on the last day would otherwise have none.
_LEAST_WEEKS = 1.0 / 7.0
_SLOWEST, _FASTEST = 1e-6, 50.0
#: Largest log odds of having bought before, largest trend of arrivals, and the sd of their priors around 0.
_MOST_ODDS, _STEEPEST = 12.0, 6.0
_WIDE_SHARE, _WIDE_TREND = 10.0, 1.5
#: Relative error of M up to which confidence intervals have their nominal coverage (docs/statistics.md, estimates of imports).
_LARGEST_ERROR = 0.12
#: K where the data do not identify it: that of the built-in market.
DEFAULT_SHAPE = 1.2
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class RepeatRates:
    """Rates per week, gamma distributed with ``shape`` K and ``mean`` M, each with its standard error.

    The error of the shape is infinite where customers differ no more than by chance. ``older`` is the share of customers
    seen who bought before the file begins, ``window`` its weeks and ``trend`` how the arrival of new ones changes over it
    (logarithm of last over first week). With ``given``, the shape is not estimated from the data and has no error.
    """

    shape: float
    mean: float
    shape_error: float
    mean_error: float
    customers: int
    repeats: int
    given: bool = False
    older: float = 0.0
    trend: float = 0.0
    window: float | None = None

    @property
    def identified(self) -> bool:
        """Whether the data identify K and M: beyond this error, coverage of confidence intervals is below nominal."""
        return self.mean_error <= _LARGEST_ERROR * self.mean

    def posterior(self, repeats: Floats, weeks: Floats) -> tuple[Floats, Floats]:
        """Gamma shape and rate of each customer's own purchase rate, given its repeats in ``weeks``.

        Where it is unknown whether a customer bought before, this is the gamma with mean and variance of the mixture.
        """
        prior, seen = self.shape / self.mean, np.maximum(weeks, _LEAST_WEEKS)
        shape, rate = self.shape + repeats, prior + seen
        if self.window is None or self.older == 0.0:
            return shape, rate
        older, newer = _log_densities(self.shape, self.mean, self.trend, repeats, seen, self.window)
        old = expit(older - newer + logit(self.older))
        other, longer = shape + 1.0, prior + self.window
        mean = old * other / longer + (1.0 - old) * shape / rate
        squared = old * other * (other + 1.0) / longer**2 + (1.0 - old) * shape * (shape + 1.0) / rate**2
        variance = squared - mean**2
        return mean**2 / variance, mean / variance


def fit_repeats(repeats: Floats, weeks: Floats, window: float | None = None, shape: float | None = None) -> RepeatRates:
    """Maximum likelihood for repeats counted over each customer's own weeks; ValueError when nobody came back.

    Given the weeks of the ``window``, customers may have bought before it begins; without it, all count as new. A given
    ``shape`` is kept.
    """
    if repeats.sum() == 0.0:
        raise ValueError("no customer has ordered twice")
    seen = np.maximum(weeks, _LEAST_WEEKS)
    start = np.log([shape or 1.0, repeats.sum() / seen.sum()])
    bounds = [(np.log(shape or WEAKEST), np.log(shape or STRONGEST)), (np.log(_SLOWEST), np.log(_FASTEST))]

    def loss(at: Floats) -> float:
        k, m = np.exp(at[:2])
        if window is None:
            return -float(_log_newer(k, m, repeats, seen).sum())
        older, newer = _log_densities(k, m, at[3], repeats, seen, window)
        joint = np.logaddexp(log_expit(at[2]) + older, log_expit(-at[2]) + newer)
        # fixes what the data leave open: who is older where nobody is, and when new customers come where none do
        weak = 0.5 * (at[2] / _WIDE_SHARE) ** 2 + 0.5 * (at[3] / _WIDE_TREND) ** 2
        return float(weak) - float(joint.sum())

    starts = [start]
    if window is not None:
        bounds += [(-_MOST_ODDS, _MOST_ODDS), (-_STEEPEST, _STEEPEST)]
        starts = [np.append(start, [odds, 0.0]) for odds in (-1.0, 1.5)]
    tries = [minimize(loss, first, method="L-BFGS-B", bounds=bounds) for first in starts]
    found = min(tries, key=lambda each: float(each.fun))
    (k, m), errors = np.exp(found.x[:2]), _log_errors(loss, found.x, shape is not None)
    of_k, of_m = float(k * errors[0]), float(m * errors[1])
    fit = RepeatRates(float(k), float(m), of_k, of_m, len(repeats), int(repeats.sum()), shape is not None)
    if window is None:
        return fit
    return replace(fit, older=float(expit(found.x[2])), trend=float(found.x[3]), window=window)


def _log_newer(k: float, m: float, repeats: Floats, weeks: Floats) -> Floats:
    """Logarithm of the negative binomial probability of ``repeats``, without terms that do not depend on K and M."""
    odds = k / m
    counts = gammaln(k + repeats) - gammaln(k)
    return np.asarray(counts - k * np.log1p(weeks / odds) - repeats * np.log(odds + weeks), dtype=np.float64)


def _log_densities(
    k: float, m: float, trend: float, repeats: Floats, weeks: Floats, window: float
) -> tuple[Floats, Floats]:
    """Logarithms of the densities of a first order and ``repeats`` since: for those who bought before, and for new customers.

    An older customer has 1 + repeats orders in the window, given at least one; new customers arrive along an exponential
    trend.
    """
    odds, steep = k / m, max(abs(trend), 1e-6) * (1.0 if trend >= 0.0 else -1.0)
    whole = k * np.log1p(window / odds)
    counts = gammaln(k + 1.0 + repeats) - gammaln(k)
    older = counts - whole - (1.0 + repeats) * np.log(odds + window) - np.log(-np.expm1(-whole))
    arrival = steep * (1.0 - weeks / window) - np.log(window * np.expm1(steep) / steep)
    return older, _log_newer(k, m, repeats, weeks) + arrival


def _log_errors(loss: Callable[[Floats], float], at: Floats, given: bool, step: float = 1e-3) -> Floats:
    """Standard errors of the logarithms of K and M from the curvature of the loss at its minimum; infinite for K where the loss is flat."""
    moves = np.eye(len(at)) * step
    curvature = np.array(
        [[loss(at + u + v) - loss(at + u - v) - loss(at - u + v) + loss(at - u - v) for v in moves] for u in moves]
    ) / (4.0 * step**2)
    alike = curvature[0, 0] < 1e-3  # K is large, however large
    if given or alike:
        return np.array([0.0 if given else np.inf, np.sqrt(max(float(np.linalg.pinv(curvature[1:, 1:])[0, 0]), 0.0))])
    return np.sqrt(np.maximum(np.diag(np.linalg.pinv(curvature))[:2], 0.0))


def fit_identified(repeats: Floats, weeks: Floats, window: float | None = None) -> RepeatRates:
    """The fit where the data identify it, otherwise the mean at the shape of the built-in market."""
    fit = fit_repeats(repeats, weeks, window)
    return fit if fit.identified else fit_repeats(repeats, weeks, window, DEFAULT_SHAPE)


def fit_by_type(
    repeats: Floats, weeks: Floats, kind: NDArray[np.int64], types: int, window: float | None = None
) -> list[RepeatRates]:
    """Fit of each type; a type with too few customers or repeats, or whose data do not identify it, gets the fit of all."""
    pooled = fit_identified(repeats, weeks, window)
    fits = []
    for row in range(types):
        mine = kind == row
        enough = mine.sum() >= FEWEST_CUSTOMERS and repeats[mine].sum() >= FEWEST_REPEATS
        own = fit_repeats(repeats[mine], weeks[mine], window) if enough else pooled
        fits.append(own if own.identified else pooled)
    return fits


def spread_rates(shape: Floats, rate: Floats) -> Floats:
    """One purchase rate per customer, spread evenly over the quantiles of customers' posteriors (shape, rate).

    The posterior mean would be the best guess for each customer, but wrong for all of them together: those who bought once
    would be alike, and nobody would ever stay away. Quantiles follow a golden-ratio sequence over customers in the order of
    their posterior means, so that neighbours get different quantiles; nothing is random.
    """
    order = np.lexsort((np.arange(len(shape)), shape / rate))
    quantile = np.empty(len(shape))
    quantile[order] = (np.arange(1, len(shape) + 1) * _GOLDEN) % 1.0
    return np.asarray(gammaincinv(shape, quantile) / rate, dtype=np.float64)
