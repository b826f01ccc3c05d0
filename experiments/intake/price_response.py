"""Price response of own sales: log-log regression within products, shrunken towards the published mean elasticity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.intake.shrinkage import Floats

#: Mean price elasticity of 1,851 in 81 studies (Bijmolt, van Heerde & Pieters 2005).
DEFAULT_ELASTICITY = -2.62
#: Spread of elasticities around it (A): −1.5 to −4 is the usual range.
DEFAULT_SPREAD = 1.25
#: How far an estimate may be off beyond its standard error (A): prices on invoices are no experiment, they follow
#: agreements and expected sales, and that bias is about as large as elasticities differ.
BIAS_SPREAD = 1.25
#: Weeks with sales that a product needs, as a share of the weeks and at least.
_WEEKS_SHARE, _FEWEST_WEEKS = 0.5, 8
#: Change of a product's price (sd of the logarithm) from which it tells something.
_LEAST_CHANGE = 0.01
#: Fewest such products, and the largest standard error, at which the elasticity is taken to be told.
_FEWEST_PRODUCTS, _LARGEST_ERROR = 5, 1.0
_ROUNDS = 50


@dataclass(frozen=True)
class PriceResponse:
    """Elasticity of sales in own price: ``estimate`` ± ``error`` from the data (NaN none), ``pooled`` with the default.

    ``told`` says whether the data identify it; else ``reason`` says why not and ``pooled`` is the default.
    """

    estimate: float
    error: float
    pooled: float
    products: int
    weeks: int
    told: bool
    reason: str

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the estimate."""
        return self.estimate - 1.96 * self.error, self.estimate + 1.96 * self.error

    def sensitivity(self, share: float) -> float:
        """Weight of relative price in a logit of which our offers win ``share``: elasticity = −weight·(1 − share)."""
        return -self.pooled / (1.0 - share)


def fit_price_response(bought: pd.DataFrame, week: pd.Series, weeks: int) -> PriceResponse:
    """Elasticity over product-weeks of purchase lines (product, quantity, price), with product and week effects.

    Bulk buyers pay less, so that mean prices fall when they come: only lines up to the usual quantity of their
    product count. How many such lines there are in a week is set against their median price. Standard errors are
    clustered by product. Weeks without a line have no price and are left out, which makes the estimate err towards 0.
    """
    usual = bought["quantity"].groupby(bought["product"]).transform("median")
    small = bought[bought["quantity"].le(usual)]
    cells = small.groupby(["product", week[small.index].rename("week")])["price"].agg(["size", "median"]).reset_index()
    sold = cells.groupby("product")["week"].transform("size")
    cells = cells[sold.ge(max(_WEEKS_SHARE * weeks, _FEWEST_WEEKS))].reset_index(drop=True)
    log_price = pd.Series(np.log(cells["median"].to_numpy(np.float64)), index=cells.index)
    change = log_price.groupby(cells["product"]).transform(lambda p: p.std(ddof=0)) if len(cells) else log_price
    moving = change.gt(_LEAST_CHANGE)
    products = int(cells.loc[moving, "product"].nunique())
    if products < _FEWEST_PRODUCTS:
        reason = f"prices of only {products} products that sell in half of the weeks change"
        return PriceResponse(np.nan, np.nan, DEFAULT_ELASTICITY, products, int(moving.sum()), False, reason)
    product, _ = pd.factorize(cells["product"])
    when, _ = pd.factorize(cells["week"])
    x = _within(log_price.to_numpy(), product, when)
    y = _within(np.log(cells["size"].to_numpy(np.float64)), product, when)
    estimate, error = _slope(x, y, product)
    return _pooled(estimate, error, products, int(moving.sum()))


def _within(values: Floats, product: NDArray[np.int64], week: NDArray[np.int64]) -> Floats:
    """``values`` less product and week effects, by turns until both are gone."""
    left = values - values.mean()
    for _ in range(_ROUNDS):
        before = left
        for group in (product, week):
            left = left - (np.bincount(group, weights=left) / np.maximum(np.bincount(group), 1))[group]
        if np.abs(left - before).max() < 1e-10:
            break
    return np.asarray(left, dtype=np.float64)


def _slope(x: Floats, y: Floats, cluster: NDArray[np.int64]) -> tuple[float, float]:
    """Least squares slope and its standard error, clustered."""
    spread = float(x @ x)
    if spread < 1e-12:
        return float("nan"), float("inf")
    slope = float(x @ y) / spread
    scores = np.bincount(cluster, weights=x * (y - slope * x))
    groups = len(scores)
    return slope, float(np.sqrt((scores**2).sum() * groups / max(groups - 1, 1)) / spread)


def _pooled(estimate: float, error: float, products: int, weeks: int) -> PriceResponse:
    reason = ""
    if not np.isfinite(error) or error > _LARGEST_ERROR:
        reason = f"its standard error is above {_LARGEST_ERROR:g}"
    elif estimate >= 0.0:
        reason = "its sign is wrong: prices rise with sales, for reasons that the data do not hold"
    if reason:
        return PriceResponse(estimate, error, DEFAULT_ELASTICITY, products, weeks, False, reason)
    own, prior = 1.0 / (error**2 + BIAS_SPREAD**2), 1.0 / DEFAULT_SPREAD**2
    pooled = (own * estimate + prior * DEFAULT_ELASTICITY) / (own + prior)
    return PriceResponse(estimate, error, pooled, products, weeks, True, "")
