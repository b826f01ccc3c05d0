"""Segment: findings of studies come in, potential is estimated, and when it is due every known customer gets a new label."""

from __future__ import annotations

import numpy as np

from sim.agents.market_department import decide_segments
from sim.phases.potential import estimate_potential
from sim.phases.prospects import filter_prospects
from sim.phases.studies import take_in_findings
from sim.state import MarketState
from sim.state.today import Segmented


def segment(state: MarketState) -> None:
    """Take in what was found out, estimate potential, relabel customers, filter prospects."""
    take_in_findings(state)
    estimated = estimate_potential(state)
    cost = _relabel(state)
    state.today.segmented = Segmented(cost, filter_prospects(state), estimated)


def _relabel(state: MarketState) -> int:
    """Give customers new labels, which are price groups too, when these are due; returns what the scheme costs."""
    segments = decide_segments(state)
    if segments is None:
        return 0
    state.headquarters.segments = segments.count
    state.knowledge.label[:] = segments.label
    state.customers.price_group[:] = np.minimum(segments.label, np.iinfo(np.uint8).max)
    return int(segments.cost)
