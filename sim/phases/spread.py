"""Spread: brands become known, visits build relationships, and reps persuade by those they have."""

from __future__ import annotations

import numpy as np

from sim.derived.skill import learnt_of_job
from sim.kernels.demand_step import Visits, relationship_week, spread_week
from sim.kernels.goodwill import advertising_hazard
from sim.phases.persuade import persuade
from sim.phases.pitch import pitch
from sim.state import Ints, MarketState
from sim.state.table import columns_of

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "key territory taste loyalty pitch talk_weak talk_strong speaks"),
    *columns_of("reps", "active tenure coached trained skill product_trained"),
    *columns_of("knowledge", "label rep"),
    *columns_of("diary", "visits"),
)
#: Columns that the phase may write, and read.
WRITES = columns_of("customers", "aware relationship persuasion")


def spread(state: MarketState) -> None:
    """Advertising, visits and talk make brands known; visits build relationships, and reps persuade by those they have."""
    persuade(state)
    pitch(state)
    numbers, brands = state.numbers, len(state.layout.brands)
    visits = visits_of_week(state, state.today.worked.visited)
    speaks = np.zeros(brands, dtype=np.uint8)
    speaks[state.layout.own_brand] = 1
    hazard = advertising_hazard(state.boards.goodwill, numbers.advertising)
    ill = int(numbers.experience.ill)
    spread_week(
        state.customers,
        state.network,
        hazard,
        visits,
        speaks,
        numbers.spread,
        seed=state.seed,
        tick=state.week,
        ill=ill,
    )
    relationship_week(state.customers, visits, numbers.relationship)


def visits_of_week(state: MarketState, rows: Ints) -> Visits:
    """Calls of this week on the customers in ``rows``; a call is worth less while a newcomer learns."""
    calls = state.diary.visits[rows].astype(np.int64)
    worth = learnt_of_job(state)[state.knowledge.rep[rows]]
    return Visits(rows.astype(np.uint32), calls, (calls * worth).astype(np.float32))
