"""Spread: brands become known, visits build relationships, reps persuade by those they have, and lost reps are missed."""

from __future__ import annotations

import numpy as np

from sim.derived.skill import learnt_of_job
from sim.kernels.demand_step import Visits, relationship_week, spread_week
from sim.kernels.goodwill import advertising_hazard
from sim.phases.hand_over import feel_hand_overs
from sim.phases.persuade import persuade
from sim.state import Ints, MarketState
from sim.state.table import columns_of
from sim.state.today import JointCalls

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "key territory loyalty talk_weak talk_strong speaks"),
    *columns_of("reps", "active tenure coached trained skill product_trained"),
    *columns_of("knowledge", "rep"),
    *columns_of("diary", "visits"),
)
#: Columns that the phase may write, and read.
WRITES = columns_of("customers", "aware relationship persuasion broken former")


def spread(state: MarketState) -> None:
    """Advertising, visits and talk make brands known; visits build relationships, and reps persuade by those they have."""
    persuade(state)
    numbers, brands = state.numbers, len(state.layout.brands)
    visits = visits_of_week(state, state.today.worked.visited, state.today.worked.joint)
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
    feel_hand_overs(state, state.today.looked.prospects)


def visits_of_week(state: MarketState, rows: Ints, joint: JointCalls | None = None) -> Visits:
    """Calls of this week on the customers in ``rows``, each once; a call is worth less while a newcomer learns.

    With those of their managers, who are no newcomers.
    """
    calls = state.diary.visits[rows].astype(np.int64)
    worth = learnt_of_job(state)[state.knowledge.rep[rows]]
    effective = (calls * worth).astype(np.float32)
    if joint is None:
        return Visits(rows.astype(np.uint32), calls, effective)
    all_rows = np.union1d(rows, joint.customer)
    all_calls, all_effective = np.zeros(len(all_rows), dtype=np.int64), np.zeros(len(all_rows), dtype=np.float32)
    for customer, made, counts in ((rows, calls, effective), (joint.customer, joint.calls, joint.calls)):
        place = np.searchsorted(all_rows, customer)
        all_calls[place] += made
        all_effective[place] += counts.astype(np.float32)
    return Visits(all_rows.astype(np.uint32), all_calls, all_effective)
