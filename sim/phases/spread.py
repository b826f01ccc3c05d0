"""Spread: brands become known, visits build relationships, and reps persuade by those they have."""

from __future__ import annotations

import numpy as np

from sim.derived.skill import learnt_of_job
from sim.kernels.demand_step import Visits, relationship_week, spread_week
from sim.kernels.goodwill import advertising_hazard
from sim.kernels.goodwill_effects import factor_of_calls
from sim.phases.persuade import persuade
from sim.phases.rival_calls import call_for_rivals
from sim.state import Ints, MarketState
from sim.state.table import columns_of

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "key territory loyalty talk_weak talk_strong speaks"),
    *columns_of("reps", "active tenure coached trained skill product_trained"),
    *columns_of("knowledge", "rep"),
    *columns_of("diary", "visits"),
    *columns_of("rival_brands", "key"),
    *columns_of("rival_accounts", "customer brand calls"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "aware relationship rival_relationship persuasion"),
    *columns_of("rival_accounts", "due"),
)


def spread(state: MarketState) -> None:
    """Advertising, visits and talk make brands known; visits build relationships, and reps persuade by those they have."""
    persuade(state)
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
    call_for_rivals(state)


def visits_of_week(state: MarketState, rows: Ints) -> Visits:
    """Calls of this week on the customers in ``rows``.

    A call is worth less while a newcomer learns, and more where our advertising has prepared it.
    """
    calls = state.diary.visits[rows].astype(np.int64)
    worth = learnt_of_job(state)[state.knowledge.rep[rows]]
    if state.numbers.advertising.synergy != 0:
        factor = factor_of_calls(state.boards.goodwill[state.layout.own_brand], state.numbers.advertising)
        worth = worth * factor[state.customers.territory[rows]]
    return Visits(rows.astype(np.uint32), calls, (calls * worth).astype(np.float32))
