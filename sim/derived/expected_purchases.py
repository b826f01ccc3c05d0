"""What customers can be expected to buy in a year, from anyone: the truth, which nobody in the market sees."""

from __future__ import annotations

import numpy as np

from sim.quantity import WEEKS_PER_YEAR
from sim.state import MarketState


def expected_purchases(state: MarketState, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Expected purchases from anyone in minor units a year of the customers in ``rows`` (default: all), float64."""
    numbers, customers = state.numbers, state.customers
    kind = customers.type[rows]
    consumables = customers.purchase_rate[rows] * customers.order_size[rows] * numbers.consumable_price[kind]
    value: np.ndarray = consumables * WEEKS_PER_YEAR + numbers.durable_value[kind]
    return value + state.opportunities.yearly[rows] if len(state.opportunities.yearly) else value
