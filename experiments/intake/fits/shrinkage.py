"""Shrinkage of many small samples towards their common mean: empirical Bayes, with the prior fitted by maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betaln, gammaln

Floats = NDArray[np.float64]

#: Strength of a prior at which units are indistinguishable; larger fits are capped here.
STRONGEST = 1e5
WEAKEST = 0.05


@dataclass(frozen=True)
class Rates:
    """Poisson rates of units, gamma distributed: shape K, mean M per week; ``each`` is the posterior mean per unit."""

    shape: float
    mean: float
    each: Floats


@dataclass(frozen=True)
class Shares:
    """Success shares of units, beta distributed: ``mean`` and ``strength`` (pseudo trials); ``each`` per unit."""

    mean: float
    strength: float
    each: Floats


@dataclass(frozen=True)
class Mixes:
    """Compositions of units, Dirichlet distributed around ``overall``; ``each`` has shape (units, parts)."""

    overall: Floats
    strength: float
    each: Floats


def fit_rates(counts: Floats, weeks: float) -> Rates:
    """Gamma–Poisson (negative binomial) fit of counts observed over ``weeks``.

    With equal exposure the estimate of the mean is the pooled rate whatever the shape, so only the shape is searched for.
    Counts no more dispersed than Poisson give the largest shape: all units buy alike.
    """
    mean = float(counts.sum() / (len(counts) * weeks))
    if mean == 0.0:
        return Rates(STRONGEST, 0.0, np.zeros(len(counts)))
    expected = mean * weeks

    def loss(log_shape: float) -> float:
        k = np.exp(log_shape)
        terms = (
            gammaln(k + counts)
            - gammaln(k)
            + k * np.log(k / (k + expected))
            + counts * np.log(expected / (k + expected))
        )
        return -float(terms.sum())

    shape = _minimum(loss)
    return Rates(shape, mean, (shape + counts) / (shape / mean + weeks))


def fit_shares(successes: Floats, trials: Floats) -> Shares:
    """Beta–binomial fit; a unit without trials gets the pooled share."""
    if trials.sum() == 0:
        raise ValueError("no trials to fit shares to")
    # half a success and half a failure extra keep the share away from 0 and 1, where utilities are infinite
    mean = float((successes.sum() + 0.5) / (trials.sum() + 1.0))

    def loss(log_strength: float) -> float:
        s = np.exp(log_strength)
        a, b = s * mean, s * (1.0 - mean)
        return -float((betaln(a + successes, b + trials - successes) - betaln(a, b)).sum())

    strength = _minimum(loss)
    return Shares(mean, strength, (strength * mean + successes) / (strength + trials))


def fit_mixes(counts: Floats) -> Mixes:
    """Dirichlet–multinomial fit of counts of shape (units, parts); the overall mix is the pooled one."""
    totals = counts.sum(axis=1)
    overall = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * counts.shape[1])

    def loss(log_strength: float) -> float:
        alpha = np.exp(log_strength) * overall
        inside = gammaln(alpha + counts).sum(axis=1) - gammaln(alpha).sum()
        return -float((inside + gammaln(alpha.sum()) - gammaln(alpha.sum() + totals)).sum())

    strength = _minimum(loss)
    return Mixes(overall, strength, (strength * overall + counts) / (strength + totals)[:, None])


def _minimum(loss: Callable[[float], float]) -> float:
    """exp of the minimiser of ``loss`` over the logarithm of a prior's strength."""
    found = minimize_scalar(
        loss, bounds=(np.log(WEAKEST), np.log(STRONGEST)), method="bounded", options={"xatol": 1e-6}
    )
    return float(np.exp(found.x))
