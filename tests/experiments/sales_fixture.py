"""Purchase lines of a market with a known price response, with prices formed as in real files."""

from __future__ import annotations

import numpy as np
import pandas as pd

WEEKS = 100


def made_sales(
    seed: int,
    elasticity: float,
    *,
    products: int = 40,
    lines: float = 3.0,
    bulk: float = 0.0,
    promotions: float = 0.0,
    noise: float = 0.0,
    lists: float = 0.06,
) -> pd.DataFrame:
    """Lines (product, customer, week, quantity, price), ``lines`` per week of a mean product, ``elasticity`` of their number.

    List prices change about three times a year, half of the customers have discounts, quantities have discounts too, demand has a
    season. ``bulk``: share of products and weeks in which big buyers come as well, who pay less whatever the list says.
    """
    rng, customers = np.random.default_rng(seed), 120
    change = rng.normal(0.0, lists, (products, WEEKS)) * (rng.random((products, WEEKS)) < 1.0 / 16.0)
    level = np.cumsum(change, axis=1) + np.log(0.85) * (rng.random((products, WEEKS)) < promotions)
    season = 1.0 + 0.3 * np.cos(2.0 * np.pi * np.arange(WEEKS) / 52.0)
    popular = rng.gamma(1.5, 1.0 / 1.5, (products, 1))
    small = rng.poisson(lines * popular * season * np.exp(elasticity * level))
    big = rng.poisson(lines, (products, WEEKS)) * (rng.random((products, WEEKS)) < bulk)
    cells = np.arange(products * WEEKS)
    cell = np.concatenate([np.repeat(cells, small.ravel()), np.repeat(cells, big.ravel())])
    is_big = np.arange(len(cell)) >= small.sum()
    often = rng.gamma(1.0, 1.0, customers)
    customer = rng.choice(customers, len(cell), p=often / often.sum())
    own_size, discount = rng.normal(1.0, 0.5, customers), rng.choice([0.0, 0.05, 0.1], customers, p=[0.5, 0.3, 0.2])
    size = np.where(is_big, rng.normal(3.5, 0.4, len(cell)), own_size[customer] + rng.normal(0.0, 0.7, len(cell)))
    quantity = np.maximum(np.rint(np.exp(size)), 1.0)
    off = np.select([quantity >= 50, quantity >= 20, quantity >= 10, quantity >= 5], [0.2, 0.12, 0.08, 0.04], 0.0)
    base = rng.normal(2.5, 0.8, products)[cell // WEEKS]
    log_price = base + level.ravel()[cell] - discount[customer] - off + rng.normal(0.0, noise, len(cell))
    return pd.DataFrame(
        {
            "product": [f"P{k:03d}" for k in cell // WEEKS],
            "customer": [f"C{k:03d}" for k in customer],
            "week": cell % WEEKS,
            "quantity": quantity,
            "price": np.maximum(np.round(np.exp(log_price), 2), 0.01),
        }
    )
