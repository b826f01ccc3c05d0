"""Reliability: failures of repairable items by age, Duane's law of what a design learns, Crow's estimate from reports.

Items are repaired, not replaced (minimal repair), so that their failures form a power-law process: an item is expected
to fail N(a) = rate·life·(a/life)^β times up to age a, ``rate`` times a week on average over its ``life``. The same holds
for a design that is improved as it fails: N(T) = λ·T^β in T hours of the fleet. Its cumulative time between failures T/N(T)
grows as T^α with α = 1−β: Duane's law (Duane 1964; Crow 1974).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Growth exponents β between which the estimate is sought: beyond them a few failures in a short time mislead.
LEAST_SHAPE, MOST_SHAPE = 0.02, 4.0

_HALVINGS = 60


class Wear(NamedTuple):
    """How often an item of a category fails by age; arrays of one shape, or numbers."""

    rate: Floats  # failures a week, averaged over the life
    life: Floats  # weeks
    shape: Floats  # β ≥ 1: 1 is wear-free


def expected_failures(age: ArrayLike, wear: Wear) -> Floats:
    """Expected failures of an item up to ``age`` in weeks."""
    return wear.rate * wear.life * (np.maximum(np.asarray(age, np.float64), 0.0) / wear.life) ** wear.shape


def age_at_failure(age: ArrayLike, luck: ArrayLike, wear: Wear, direction: int = 1) -> Floats:
    """Age of the first failure after ``age`` (``direction`` 1), or of the last before it (−1), by the draw ``luck`` in (0, 1).

    In the clock of its own expectation a power-law process is a Poisson process of rate 1: the expected failures
    between two failures are exponential. Infinite where nothing fails, negative where an item has not failed before.
    """
    level = expected_failures(age, wear) - direction * np.log(np.asarray(luck, np.float64))
    scale = wear.rate * wear.life
    ratio = np.divide(level, scale, out=np.full(np.broadcast(level, scale).shape, np.inf), where=scale > 0)
    return np.where(ratio < 0, -1.0, wear.life * np.abs(ratio) ** (1.0 / wear.shape))


def cumulative_mtbf(hours: ArrayLike, known: float, at: float, growth: float) -> Floats:
    """Hours per failure from the start to ``hours``: M0·(T/T0)^α, where it was ``known`` after ``at`` hours (Duane 1964)."""
    return known * (np.asarray(hours, np.float64) / at) ** growth


def instantaneous_mtbf(hours: ArrayLike, known: float, at: float, growth: float) -> Floats:
    """Hours per failure of the design as it is at ``hours``: the cumulative one / (1−α)."""
    return cumulative_mtbf(hours, known, at, growth) / (1.0 - growth)


def failure_factor(learnt: ArrayLike, start: float, growth: float) -> Floats:
    """Failure rate of a design that has learnt from ``learnt`` fleet hours, relative to its rate at ``start`` hours."""
    return instantaneous_mtbf(start, 1.0, start, growth) / instantaneous_mtbf(learnt, 1.0, start, growth)


def fit_growth(count: ArrayLike, log_hours: ArrayLike, start: ArrayLike, end: ArrayLike) -> tuple[Floats, Floats]:
    """Crow's estimate of a power-law process watched from ``start`` to ``end`` hours: shape β and MTBF at the end.

    ``count`` failures at hours t whose logarithms sum to ``log_hours`` (all of one shape, or scalars). With ``start`` 0
    the estimate of β is (n−1)/Σ ln(T/t), which is unbiased; watched from later on it is the maximum of the likelihood
    times (n−1)/n. NaN where fewer than 2 failures were seen.
    """
    n, logs, begin, stop = np.broadcast_arrays(
        *(np.asarray(value, np.float64) for value in (count, log_hours, start, end))
    )
    seen = n >= 2
    many = np.where(seen, n, 2.0)
    before_end = np.where(seen, np.log(stop) - logs / many, 1.0)
    with np.errstate(divide="ignore"):
        window = np.log(stop) - np.log(begin)  # infinite when watched from the first hour
    shape = _shape_of(np.maximum(before_end, 1e-12), window) * (many - 1.0) / many
    rate = many * shape / (stop * -np.expm1(-shape * window))
    return np.where(seen, shape, np.nan), np.where(seen, 1.0 / rate, np.nan)


def _shape_of(mean: Floats, window: Floats) -> Floats:
    """β at which the log time before the end has this ``mean`` on [0, ``window``]: 1/β − A/(e^(βA)−1), by halving."""
    # One by one: a market asks for a single shape, for which arrays of one number would take ten times as long.
    shapes = [_one_shape(m, w) for m, w in zip(mean.ravel().tolist(), window.ravel().tolist(), strict=True)]
    return np.array(shapes, np.float64).reshape(mean.shape)


def _one_shape(mean: float, window: float) -> float:
    if not math.isfinite(window):
        return 1.0 / mean
    low, high = LEAST_SHAPE, MOST_SHAPE
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if 1.0 / middle - window / float(np.expm1(middle * window)) > mean:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
