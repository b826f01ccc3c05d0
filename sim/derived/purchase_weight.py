"""Weight of a purchase: what one purchase of this week counts in averages of a year."""

from __future__ import annotations

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, retention_of_half_life
from sim.state import MarketState


def weight_of_purchase(state: MarketState) -> np.float32:
    """What one purchase of this week counts in yearly averages, those of the diary and those of records."""
    keep = np.float32(retention_of_half_life(state.params.database.memory))
    return np.float32(1.0 - keep) * np.float32(WEEKS_PER_YEAR)
