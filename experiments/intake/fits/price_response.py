"""Price response of own sales: Poisson regression within products over time, shrunk towards the published mean elasticity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from experiments.intake.fits.price_periods import FEWEST_LINES, FEWEST_PRODUCTS, Numbers, PricePeriods, find_periods
from experiments.intake.fits.shrinkage import Floats

#: Mean price elasticity of 1,851 in 81 studies (Bijmolt, van Heerde & Pieters 2005).
DEFAULT_ELASTICITY = -2.62
#: Spread of elasticities around it (A): −1.5 to −4 is the usual range.
DEFAULT_SPREAD = 1.25
#: Bias of an estimate on top of its standard error (A): prices on invoices are not an experiment, they follow agreements and
#: expected sales, and that bias is about as large as the spread of elasticities.
BIAS_SPREAD = 1.25
#: Change of a product's price over time (sd of the logarithm) from which it is informative.
_LEAST_CHANGE = 0.01
#: Largest standard error at which the elasticity counts as identified, and least share of price changes that is not noise.
_LARGEST_ERROR, _LEAST_RELIABLE = 1.0, 0.5
#: Fewest products (effective number) over which price changes must be spread; fewer give no standard error.
_FEWEST_EVEN = 6.0
_ROUNDS, _CLOSE = 200, 1e-9
_NORMAL = 1.96


@dataclass(frozen=True)
class PriceResponse:
    """Elasticity of sales in own price: ``estimate`` ± ``error`` from the data (NaN none), ``pooled`` with the default.

    ``identified`` says whether the data identify it; otherwise ``reason`` says why not and ``pooled`` is the default.
    """

    estimate: float
    error: float
    pooled: float
    products: int
    periods: int
    identified: bool
    reason: str

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the estimate."""
        return self.estimate - _NORMAL * self.error, self.estimate + _NORMAL * self.error

    def sensitivity(self, share: float) -> float:
        """Weight of relative price in a logit of which our offers win ``share``: elasticity = −weight·(1 − share)."""
        return -self.pooled / (1.0 - share)


def fit_price_response(bought: pd.DataFrame, week: pd.Series, weeks: int) -> PriceResponse:
    """Elasticity of the number of purchase lines (product, customer, quantity, price) with respect to product prices over time.

    Poisson regression of lines in a product and period on its price (see :func:`find_periods`), with effects of products
    and periods. A price estimated from a few lines is not exactly what customers saw: the estimate is divided by the
    reliability of prices (errors in variables). Errors are clustered by product (jackknife, t with the effective number of
    products as degrees of freedom), so that trends of products are not mistaken for precision.
    """
    found = find_periods(bought, week, weeks)
    if found is None:
        reason = f"fewer than {FEWEST_PRODUCTS} products have {FEWEST_LINES:g} lines in a period"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, 0, 0, False, reason)
    moves = _within(found.log_price, found.lines, found.product, found.period)
    cells = np.bincount(found.product)
    noise = found.noise * (cells / np.bincount(found.product, weights=found.lines))
    moved = np.bincount(found.product, weights=moves**2) / cells - noise
    products = int((moved > _LEAST_CHANGE**2).sum())
    if products < FEWEST_PRODUCTS:
        reason = f"only {products} products with enough lines change their price over time"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, products, len(moves), False, reason)
    lines = np.bincount(found.product, weights=found.lines)
    reliable = 1.0 - float(lines @ noise) / float(found.lines @ moves**2)
    if reliable < _LEAST_RELIABLE:
        reason = "prices differ between lines of one period more than between periods"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, products, len(moves), False, reason)
    slope, error, even = _slope(found)
    if even < _FEWEST_EVEN:
        reason = f"only {even:.0f} products account for the price changes"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, products, len(moves), False, reason)
    return _pooled(slope / reliable, error / reliable, products, len(moves))


def _within(values: Floats, weights: Floats, product: Numbers, period: Numbers) -> Floats:
    """``values`` without product and period effects: weighted least squares, alternating until both are removed."""
    left = values - np.average(values, weights=weights)
    for _ in range(_ROUNDS):
        before = left
        for group in (product, period):
            total = np.maximum(np.bincount(group, weights=weights), 1e-300)
            left = left - (np.bincount(group, weights=weights * left) / total)[group]
        if np.abs(left - before).max() < _CLOSE:
            break
    return np.asarray(left, dtype=np.float64)


def _slope(found: PricePeriods) -> tuple[float, float, float]:
    """Poisson slope of lines on log price with both effects, its error, and the effective number of products behind it."""
    counts, mean, slope = found.lines, found.lines + 0.5, np.inf
    effects = found.product, found.period
    for _ in range(_ROUNDS):
        working = np.log(mean) + (counts - mean) / mean
        x, y = (_within(v, mean, *effects) for v in (found.log_price, working))
        before, slope = slope, float((mean * x) @ y / ((mean * x) @ x))
        mean = np.exp(np.clip(working - (y - slope * x), -20.0, 20.0))
        if abs(slope - before) < 1e-8:
            break
    x = _within(found.log_price, mean, *effects)
    weight = np.bincount(found.product, weights=mean * x**2)
    share = weight / weight.sum()
    scores = np.bincount(found.product, weights=x * (counts - mean)) / np.maximum(1.0 - share, 0.1)
    even = float(1.0 / (share**2).sum())
    error = float(np.sqrt((scores**2).sum()) / weight.sum())
    return slope, error * float(stats.t.ppf(0.975, max(even - 1.0, 1.0))) / _NORMAL, even


def _pooled(estimate: float, error: float, products: int, weeks: int) -> PriceResponse:
    reason = ""
    if not np.isfinite(error) or error > _LARGEST_ERROR:
        reason = f"its standard error is above {_LARGEST_ERROR:g}"
    elif estimate > _NORMAL * error:
        reason = "its sign is wrong: prices rise with sales, for reasons that are not in the data"
    if reason:
        return PriceResponse(estimate, error, DEFAULT_ELASTICITY, products, weeks, False, reason)
    own, prior = 1.0 / (error**2 + BIAS_SPREAD**2), 1.0 / DEFAULT_SPREAD**2
    pooled = (own * min(estimate, 0.0) + prior * DEFAULT_ELASTICITY) / (own + prior)
    return PriceResponse(estimate, error, pooled, products, weeks, True, "")
