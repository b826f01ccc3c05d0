"""Segment: when it is due, every known customer gets a new label, which is also its price group."""

from __future__ import annotations

import numpy as np

from sim.agents.market_department import decide_segments
from sim.state import MarketState


def segment(state: MarketState) -> None:
    """Relabel customers and remember what the scheme costs."""
    segments = decide_segments(state)
    if segments is None:
        return
    state.segments = segments.count
    state.today.segment_cost = int(segments.cost)
    state.knowledge.label[:] = segments.label
    state.customers.price_group[:] = np.minimum(segments.label, np.iinfo(np.uint8).max)
