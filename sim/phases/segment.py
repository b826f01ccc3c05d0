"""Segment: findings of studies come in, potential is estimated, and when it is due every known customer gets a new label."""

from __future__ import annotations

import numpy as np

from sim.agents.market_department import MarketDepartment
from sim.phases.potential import estimate_potential
from sim.phases.prospects import filter_prospects
from sim.phases.studies import take_in_findings
from sim.state import MarketState
from sim.state.table import columns_of
from sim.state.today import Segmented

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "type territory taste purchase_rate order_size"),
    *columns_of("reps", "key territory active reported_calls"),
    *columns_of("knowledge", "known marks orders value potential last_order confirmed rep"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "price_group"),
    *columns_of("knowledge", "label prospect"),
    *columns_of(
        "territories",
        "counted potential unheard_mean aware_share usage_share price_sensitivity rival_price rival_price_usual",
    ),
)


def segment(state: MarketState) -> None:
    """Take in what was found out, estimate potential, relabel customers, filter prospects."""
    take_in_findings(state)
    estimated = estimate_potential(state)
    cost = _relabel(state)
    state.today.segmented = Segmented(cost, filter_prospects(state), estimated)


def _relabel(state: MarketState) -> int:
    """Give customers new labels, which are price groups too, when these are due; returns what the scheme costs."""
    segments = MarketDepartment.decide_segments(state)
    if segments is None:
        return 0
    state.headquarters.segments = segments.count
    state.knowledge.label[:] = segments.label
    state.customers.price_group[:] = np.minimum(segments.label, np.iinfo(np.uint8).max)
    return int(segments.cost)
