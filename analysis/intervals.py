"""Paired statistics on arrays: Student's t on the differences of runs with the same luck."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtr, stdtrit

Floats = npt.NDArray[np.float64]

#: Differences below this share of the values are rounding.
ROUNDING = 1e-12


class Paired(NamedTuple):
    """Paired comparison of each cell; every field has the shape of the cells.

    ``low`` and ``high`` bound the mean difference, ``p_value`` is two-sided, ``above`` the share of
    pairs with a positive difference (ties count half), ``posterior`` the probability that the mean
    difference is positive under a flat prior (Student's t), ``vrf`` the variance-reduction factor
    of pairing (var a + var b)/var(a − b), infinite when the difference is constant.
    """

    baseline_mean: Floats
    policy_mean: Floats
    difference: Floats
    low: Floats
    high: Floats
    spread: Floats
    p_value: Floats
    above: Floats
    posterior: Floats
    vrf: Floats
    identical: npt.NDArray[np.bool_]


def compare_pairs(baseline: Floats, policy: Floats, level: float = 0.95) -> Paired:
    """Compare ``policy`` with ``baseline``, arrays [..., pairs] in the same order of seeds.

    With one pair the interval is unbounded (nan) and the spread unknown. A difference that is zero
    in every pair, up to rounding, is zero: it gives the interval [0, 0] and ``identical``.
    """
    pairs = baseline.shape[-1]
    scale = np.maximum(np.abs(baseline), np.abs(policy)).max(axis=-1)
    difference = without_rounding(policy - baseline, scale)
    mean = difference.mean(axis=-1)
    identical = np.all(difference == 0.0, axis=-1)
    spread = _spread(difference, scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = spread / np.sqrt(pairs)
        half = stdtrit(pairs - 1, 0.5 + level / 2) * error if pairs > 1 else np.full_like(mean, np.nan)
        half = np.where(identical, 0.0, half)
        t = mean / error
        posterior = stdtr(max(pairs - 1, 1), t) if pairs > 1 else np.full_like(mean, np.nan)
        vrf = (_variance(baseline) + _variance(policy)) / spread**2
    posterior = np.where(spread == 0, np.heaviside(mean, 0.5), posterior)
    p_value = 2 * np.minimum(posterior, 1 - posterior)
    if pairs > 1:
        # 1 − posterior loses small tails; the lower tail of −|t| keeps them.
        p_value = np.where(spread == 0, p_value, 2 * stdtr(pairs - 1, -np.abs(np.where(spread == 0, 0.0, t))))
    return Paired(
        baseline_mean=baseline.mean(axis=-1),
        policy_mean=policy.mean(axis=-1),
        difference=mean,
        low=mean - half,
        high=mean + half,
        spread=np.where(identical, 0.0, spread),
        p_value=np.where(identical, 1.0, p_value),
        above=(np.heaviside(difference, 0.5)).mean(axis=-1),
        posterior=np.where(identical, 0.5, posterior),
        vrf=np.where(identical | (spread == 0), np.inf, vrf),
        identical=identical,
    )


def without_rounding(difference: Floats, scale: Floats) -> Floats:
    """``difference`` [..., pairs], zero where all pairs of a cell differ by no more than rounding of its ``scale`` [...]."""
    noise = np.all(np.abs(difference) <= ROUNDING * scale[..., None], axis=-1)
    return np.where(noise[..., None], 0.0, difference)


def replications_needed(spread: float, half_width: float, level: float = 0.95, most: int = 1_000_000) -> int:
    """Smallest number of pairs whose interval is no wider than ± ``half_width``.

    ``spread`` is the standard deviation of a paired difference. Returns at least 2, at most
    ``most`` (read as "more than can be run").
    """
    return _smallest(spread, half_width, level, 0.0, most)


def pairs_to_settle(
    spread: float, difference: float, power: float = 0.8, level: float = 0.95, most: int = 1_000_000
) -> int:
    """Smallest number of pairs whose interval excludes zero with probability ``power`` when ``difference`` is the truth.

    n = (t + z)²·spread²/difference², t of the interval, z of the power. Bounds as of :func:`replications_needed`.
    """
    return _smallest(spread, abs(difference), level, float(ndtri(power)), most)


def _smallest(spread: float, reach: float, level: float, margin: float, most: int) -> int:
    """Smallest number of pairs at which quantile + ``margin`` standard errors are within ``reach``."""

    def too_wide(pairs: int) -> bool:
        quantile = float(stdtrit(pairs - 1, 0.5 + level / 2))
        return (quantile + margin) * spread / float(np.sqrt(pairs)) > reach

    if not reach > 0:
        return most
    low, high = 2, 2
    while high < most and too_wide(high):
        low, high = high, min(2 * high, most)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if too_wide(middle) else (low, middle)
    return high


def adjust_holm(p_values: Floats) -> Floats:
    """Holm's step-down adjustment of p-values [tests]; nan entries are no tests and stay nan."""
    adjusted = np.full_like(p_values, np.nan)
    tests = np.flatnonzero(~np.isnan(p_values))
    order = tests[np.argsort(p_values[tests], kind="stable")]
    factor = np.arange(order.size, 0, -1, dtype=np.float64)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factor), 1.0)
    return adjusted


def share_interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share of ``hits`` among ``trials``; nan without trials.

    Source: Wilson (1927); recommended for few trials by Brown, Cai & DasGupta (2001), Statistical Science 16.
    """
    if trials < 1:
        return float("nan"), float("nan")
    z = float(ndtri(0.5 + level / 2))
    middle = (hits + z * z / 2) / (trials + z * z)
    half = z / (trials + z * z) * float(np.sqrt(hits * (trials - hits) / trials + z * z / 4))
    # At the ends the interval reaches 0 or 1 up to rounding.
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == trials else middle + half)


def _variance(values: Floats) -> Floats:
    if values.shape[-1] < 2:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray(values.var(axis=-1, ddof=1))


def _spread(difference: Floats, scale: Floats) -> Floats:
    spread = np.sqrt(_variance(difference))
    return np.where(spread <= ROUNDING * scale, 0.0, spread)
