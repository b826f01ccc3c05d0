"""Newcomers: what a customer is like who has no past."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.params.world import World
from sim.state import MarketState
from sim.state.customers import Customers

Array = NDArray[Any]

#: Columns of customers that hold what a customer knows, feels, owns or has agreed on.
OF_THE_PAST = (
    *("aware", "loyalty", "satisfaction", "product", "dimensions", "contact", "expectation", "speaks"),
    *("relationship", "rival_relationship", "persuasion", "broken", "former", "pitch", "rebate"),
    *("owned", "bought_week", "failed_week", "next_failure", "need_open", "last_order", "stage"),
)


def expected_quality(world: World) -> Array:
    """Mean quality of each brand's offers: what customers expect of it [B]."""
    return np.array([np.mean([o.quality for o in world.offers if o.brand == b.name] or [0.0]) for b in world.brands])


def without_a_past(state: MarketState) -> dict[str, Array | float]:
    """The value of each column in :data:`OF_THE_PAST` of a customer who has met nobody: one number, or one per brand [B].

    Satisfaction starts at neutral and expectation at the quality of a brand's offers, as at the start of a market;
    all else is what a column holds before anything is known.
    """
    neutral = float(state.params.experience.neutral_satisfaction)
    values: dict[str, Array | float] = {name: Customers.declared[name].fill for name in OF_THE_PAST}
    values |= dict.fromkeys(("satisfaction", "product", "dimensions"), neutral)
    values["expectation"] = expected_quality(state.layout)
    return values
