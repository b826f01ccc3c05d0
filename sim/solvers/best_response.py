"""Best response: the price that earns most against rivals' prices under logit demand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def logit_markup_price(unit_cost: Floats, share: Floats, price_sensitivity: Floats, ceiling: float) -> Floats:
    """First-order price c + 1/(b·(1−s)) of a single-offer firm with share ``s`` under logit demand.

    All arrays have one shape; prices and costs are on one scale, ``price_sensitivity`` b per unit of it.
    Shares are cut at ``ceiling``: a monopolist's logit mark-up has no bound. Source: Anderson, de Palma & Thisse (1992).
    """
    return unit_cost + 1.0 / (price_sensitivity * (1.0 - np.minimum(share, ceiling)))


def adjust_partially(price: Floats, target: Floats, speed: float) -> Floats:
    """Move ``price`` towards ``target`` by the share ``speed`` of the gap, 0..1 a period."""
    return price + speed * (target - price)
