"""What rival brands usually spend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.quantity import WEEKS_PER_YEAR
from sim.state import MarketState


def usual_advertising(state: MarketState) -> NDArray[np.float64]:
    """What each rival brand usually spends on advertising by territory [T], minor units a week: where registers say that customers are."""
    heads = state.territories.registered
    usual: NDArray[np.float64] = state.params.rivals.advertising / WEEKS_PER_YEAR * heads / max(heads.sum(), 1)
    return usual
