"""Price response of own sales: Poisson regression within products over time, shrunken towards the published mean elasticity."""

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
#: How far an estimate may be off beyond its standard error (A): prices on invoices are no experiment, they follow
#: agreements and expected sales, and that bias is about as large as elasticities differ.
BIAS_SPREAD = 1.25
#: Change of a product's price over time (sd of the logarithm) from which it tells something.
_LEAST_CHANGE = 0.01
#: Largest standard error at which the elasticity is taken to be told, and least share of price changes that are no noise.
_LARGEST_ERROR, _LEAST_RELIABLE = 1.0, 0.5
#: Products that price changes must be spread over, as if all had as many; fewer give no standard error.
_FEWEST_EVEN = 6.0
_ROUNDS, _CLOSE = 200, 1e-9
_NORMAL = 1.96


@dataclass(frozen=True)
class PriceResponse:
    """Elasticity of sales in own price: ``estimate`` ± ``error`` from the data (NaN none), ``pooled`` with the default.

    ``identified`` says whether the data identify it; else ``reason`` says why not and ``pooled`` is the default.
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
        """95 % interval of the estimate."""
        return self.estimate - _NORMAL * self.error, self.estimate + _NORMAL * self.error

    def sensitivity(self, share: float) -> float:
        """Weight of relative price in a logit of which our offers win ``share``: elasticity = −weight·(1 − share)."""
        return -self.pooled / (1.0 - share)


def fit_price_response(bought: pd.DataFrame, week: pd.Series, weeks: int) -> PriceResponse:
    """Elasticity of the number of purchase lines (product, customer, quantity, price) in what products cost over time.

    Poisson regression of lines in a product and period on its price (see :func:`find_periods`), with effects of products
    and periods. What a few lines make of a price is not what customers saw: the estimate is divided by the reliability of
    prices, as for errors in variables. Errors are clustered by product (jackknife, t with as many degrees of freedom as
    products count evenly), so that trends of products do not pass for precision.
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
        reason = f"prices of only {products} products with lines enough change over time"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, products, len(moves), False, reason)
    lines = np.bincount(found.product, weights=found.lines)
    reliable = 1.0 - float(lines @ noise) / float(found.lines @ moves**2)
    if reliable < _LEAST_RELIABLE:
        reason = "prices differ between lines of one period more than between periods"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, products, len(moves), False, reason)
    slope, error, even = _slope(found)
    if even < _FEWEST_EVEN:
        reason = f"what changes are the prices of {even:.0f} products"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, products, len(moves), False, reason)
    return _pooled(slope / reliable, error / reliable, products, len(moves))


def _within(values: Floats, weights: Floats, product: Numbers, period: Numbers) -> Floats:
    """``values`` less product and period effects by weighted least squares, by turns until both are gone."""
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
    """Poisson slope of lines on log price beside both effects, its error, and how many products it rests on evenly."""
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
        reason = "its sign is wrong: prices rise with sales, for reasons that the data do not hold"
    if reason:
        return PriceResponse(estimate, error, DEFAULT_ELASTICITY, products, weeks, False, reason)
    own, prior = 1.0 / (error**2 + BIAS_SPREAD**2), 1.0 / DEFAULT_SPREAD**2
    pooled = (own * min(estimate, 0.0) + prior * DEFAULT_ELASTICITY) / (own + prior)
    return PriceResponse(estimate, error, pooled, products, weeks, True, "")
