"""Segment: findings of studies come in, potential is estimated, and when it is due every known customer gets a new label."""

from __future__ import annotations

import numpy as np

from sim.agents.market_department import MarketDepartment
from sim.phases.potential import estimate_potential
from sim.phases.prospects import filter_prospects
from sim.phases.studies import take_in_findings
from sim.state import MarketState


def segment(state: MarketState) -> None:
    """Take in what was found out, estimate potential, relabel customers, filter prospects."""
    take_in_findings(state)
    estimate_potential(state)
    _relabel(state)
    filter_prospects(state)


def _relabel(state: MarketState) -> None:
    """New labels, which are price groups too, and what the scheme costs."""
    segments = MarketDepartment.decide_segments(state)
    if segments is None:
        return
    state.segments = segments.count
    state.today.segment_cost = int(segments.cost)
    state.knowledge.label[:] = segments.label
    state.customers.price_group[:] = np.minimum(segments.label, np.iinfo(np.uint8).max)
