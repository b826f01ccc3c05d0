"""Slow twins of the margins of distributors: the array expressions of their definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def margins(
    own: Array, list_price: Array, wholesale: Array, price: Array, rival: Array, beyond: Array, markup: float
) -> Array:
    """Share of the retail price that stays with each distributor [D, J]."""
    surcharge = wholesale.sum(axis=1) / list_price[own].sum() - 1.0
    margin = np.repeat((markup - surcharge)[:, None] / (1.0 + markup), len(rival), axis=1)
    rivals = np.flatnonzero(rival >= 0)
    margin[:, rivals] += beyond[rival[rivals]]
    margin[:, own] = np.where(price > 0, 1.0 - wholesale / np.where(price > 0, price, 1.0), 0.0)
    return margin


def compare(turnover: Array, margin: Array, own: Array, shares_data: Array, payment: Array) -> Array:
    """Mean margin on our offers, pay for data included, less that on rivals' [D]."""
    kept = turnover * margin
    sold, rivals = turnover[:, own].sum(axis=1), turnover[:, ~own].sum(axis=1)
    ours = (kept[:, own].sum(axis=1) + np.where(shares_data, payment, 0)) / np.maximum(sold, 1.0)
    of_rivals = kept[:, ~own].sum(axis=1) / np.maximum(rivals, 1.0)
    beyond: Array = np.where((sold >= 1.0) & (rivals >= 1.0), ours - of_rivals, 0.0)
    return beyond
