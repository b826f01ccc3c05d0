"""Order sizes: lognormal around each customer's own mean, with customers' means shrunk towards the overall mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.intake.fits.shrinkage import Floats

#: Largest spread of the logarithm that a market accepts.
_WIDEST = 3.0
#: Fewest orders beyond the first of their customers from which a category gets its own spread.
_ENOUGH = 30


@dataclass(frozen=True)
class OrderSizes:
    """Order values relative to the mean order of their category.

    ``each``: mean of every customer; ``within``: spread of the logarithm around it, by category;
    ``between``: spread of customers' own means; ``informed``: customers whose own orders have more than half of the weight.
    """

    each: Floats
    log_means: Floats
    within: Floats
    between: float
    informed: int


def fit_sizes(
    relative: Floats, customer: NDArray[np.int64], customers: int, category: NDArray[np.int64], categories: int
) -> OrderSizes:
    """Random-effects fit of the logarithm of ``relative`` order values; every customer has at least one order.

    Spreads are those of the logarithm; the overall mean is kept as observed: customers' means, weighted by their orders, average
    to 1, because a lognormal mean follows from its spread only where the tail really is lognormal.
    """
    logs = np.log(relative)
    n = np.bincount(customer, minlength=customers).astype(np.float64)
    own = np.bincount(customer, weights=logs, minlength=customers) / n
    squares = (logs - own[customer]) ** 2
    freedom = 1.0 - 1.0 / n[customer]
    pooled = min(float(squares.sum() / freedom.sum()) if freedom.sum() > 0.0 else float(logs.var()), _WIDEST**2)
    within = np.full(categories, pooled)
    for c in range(categories):
        mine = category == c
        if freedom[mine].sum() >= _ENOUGH:
            within[c] = squares[mine].sum() / freedom[mine].sum()
    overall = float(own.mean())
    between = float(own.var(ddof=1) - (pooled / n).mean()) if customers > 1 else 0.0
    between = min(max(between, 0.0), _WIDEST**2)
    weight = between / (between + pooled / n) if between else np.zeros(customers)
    log_means = overall + weight * (own - overall)
    each = np.exp(log_means + between * (1.0 - weight) / 2.0 + pooled / 2.0)
    each *= float(relative.sum() / (each * n).sum())
    spread = np.minimum(np.sqrt(within), _WIDEST)
    return OrderSizes(each, log_means, spread, float(np.sqrt(between)), int((weight > 0.5).sum()))
