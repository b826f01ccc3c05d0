"""Spread: brands become known, visits build relationships, reps persuade by those they have, and lost reps are missed."""

from __future__ import annotations

import numpy as np

from sim.derived.skill import learnt_of_job
from sim.kernels.demand_step import Visits, relationship_week, spread_week
from sim.kernels.goodwill import advertising_hazard
from sim.kernels.goodwill_effects import factor_of_calls
from sim.phases.hand_over import feel_hand_overs
from sim.phases.persuade import persuade
from sim.phases.pitch import pitch
from sim.phases.rival_calls import call_for_rivals
from sim.state import Floats, Ints, MarketState
from sim.state.table import columns_of
from sim.state.today import JointCalls

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "key territory taste loyalty pitch talk_weak talk_strong speaks"),
    *columns_of("reps", "active coached trained skill product_trained"),
    *columns_of("knowledge", "label rep"),
    *columns_of("rival_brands", "key"),
    *columns_of("rival_accounts", "customer brand calls"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "aware relationship rival_relationship persuasion broken former"),
    *columns_of("rival_accounts", "due"),
)


def spread(state: MarketState) -> None:
    """Advertising, visits and talk make brands known; visits build relationships, and reps persuade by those they have."""
    persuade(state)
    pitch(state)
    numbers, brands = state.numbers, len(state.layout.brands)
    visits = state.today.worked.visits
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
    feel_hand_overs(state, state.today.looked.prospects)


def visits_of_week(state: MarketState, rows: Ints, joint: JointCalls | None = None) -> Visits:
    """Calls of this week on the customers in ``rows``, each once and ascending, and those of their managers, who are no newcomers.

    A call is worth less while a newcomer learns, and more where our advertising has prepared it.
    """
    if joint is not None:
        by_managers_alone = joint.customer[state.diary.visits[joint.customer] == 0]
        rows = np.sort(np.concatenate([rows, by_managers_alone]))
    calls, prepared = state.diary.visits[rows].astype(np.int64), _prepared(state, rows)
    effective = (calls * (learnt_of_job(state)[state.knowledge.rep[rows]] * prepared)).astype(np.float32)
    if joint is not None:
        place = rows.searchsorted(joint.customer)
        effective[place] += (joint.calls * prepared[place]).astype(np.float32)
        calls[place] += joint.calls
    return Visits(rows.astype(np.uint32), calls, effective)


def _prepared(state: MarketState, rows: Ints) -> Floats:
    """What our advertising makes of a call on each of the customers in ``rows`` [rows]; 1 where it makes no difference."""
    if state.numbers.advertising.synergy == 0:
        return np.ones(len(rows))
    factor = factor_of_calls(state.boards.goodwill[state.layout.own_brand], state.numbers.advertising)
    of_rows: Floats = factor[state.customers.territory[rows]]
    return of_rows
