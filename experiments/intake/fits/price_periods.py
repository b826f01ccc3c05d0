"""Price of each product in each period of a file of invoices, adjusted for who bought and how much; and its number of lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.intake.fits.shrinkage import Floats

Numbers = NDArray[np.int64]

#: Weeks in a period: the shortest that leaves most products enough lines.
_LENGTHS = (1, 2, 4, 8, 13)
#: Lines that a product needs in an average period: periods without any have no price, and dropping them selects by sales.
FEWEST_LINES = 6.0
#: Fewest products and periods, and the share of products at which no longer period is tried.
FEWEST_PRODUCTS, FEWEST_PERIODS, _MOST = 10, 6, 0.6
#: Number of distinct quantities up to which each has its own effect; beyond that, quarters of an octave do.
_QUANTITIES, _OCTAVE = 24, 4.0
_ROUNDS, _CLOSE = 200, 1e-9


@dataclass(frozen=True)
class PricePeriods:
    """One row per product and period with a line: ``product`` and ``period`` as numbers, lines in it, log price.

    ``noise`` is the variance of the log price of a single line around that of its product and period.
    """

    product: Numbers
    period: Numbers
    lines: Floats
    log_price: Floats
    noise: float


def find_periods(bought: pd.DataFrame, week: pd.Series, weeks: int) -> PricePeriods | None:
    """Prices of products over time, from purchase lines (product, customer, quantity, price); None where lines are too few.

    Bulk buyers pay less, and average prices fall when they buy: only lines up to the median quantity of their product count.
    Prices also differ by customer and by quantity: these effects are removed by least squares, fitted together with those of
    product and period, so that who happened to buy does not move the price.
    """
    small = bought[bought["quantity"].le(bought["quantity"].groupby(bought["product"]).transform("median"))]
    weekly = small.groupby("product").size() / weeks
    length, kept = _choose(weekly, weeks)
    if not length:
        return None
    periods = weeks // length
    period = week[small.index].to_numpy(np.int64) // length
    used = (small["product"].isin(kept) & (period < periods)).to_numpy()
    small, period = small[used], period[used]
    product = np.asarray(pd.factorize(small["product"])[0], dtype=np.int64)
    cell, cells = pd.factorize(product * periods + period)
    prices, noise = _clear(np.log(small["price"].to_numpy(np.float64)), cell, _effects(small))
    lines = np.bincount(cell).astype(np.float64)
    return PricePeriods(cells // periods, cells % periods, lines, prices, noise)


def _choose(weekly: pd.Series, weeks: int) -> tuple[int, pd.Index]:
    """Weeks in a period (0: no length works) and the products with enough lines; longer periods only where necessary."""
    best, kept = 0, weekly.index[:0]
    for length in _LENGTHS:
        enough = weekly.index[weekly.mul(length).ge(FEWEST_LINES)]
        if weeks // length < FEWEST_PERIODS or len(kept) >= _MOST * len(weekly):
            break
        if len(enough) >= FEWEST_PRODUCTS and len(enough) > len(kept):
            best, kept = length, enough
    return best, kept


def _effects(lines: pd.DataFrame) -> list[Numbers]:
    """Group of each line by customer, and by quantity."""
    quantity = lines["quantity"].to_numpy(np.float64)
    if len(np.unique(quantity)) > _QUANTITIES:
        quantity = np.rint(_OCTAVE * np.log2(quantity))
    return [np.asarray(pd.factorize(column)[0], dtype=np.int64) for column in (lines["customer"], quantity)]


def _clear(values: Floats, cell: Numbers, effects: list[Numbers]) -> tuple[Floats, float]:
    """Least squares means of ``values`` by cell, adjusted for ``effects``, and the residual variance."""
    groups = [cell, *effects]
    sizes = [np.bincount(group) for group in groups]
    means = [np.zeros(len(size)) for size in sizes]
    left = values.copy()
    for _ in range(_ROUNDS):
        moved = 0.0
        for mean, size, group in zip(means, sizes, groups, strict=True):
            step = np.bincount(group, weights=left) / size
            mean += step
            left -= step[group]
            moved = max(moved, float(np.abs(step).max()) if mean is not means[0] else 0.0)
        if moved < _CLOSE:
            break
    free = max(len(values) - sum(len(size) for size in sizes), 1)
    return means[0], float(left @ left) / free
