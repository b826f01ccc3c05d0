"""The plan of the sales force: portfolios, accounts that change hands, positions that close – and what each costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.market import Market
from sim.phases.decide import decide
from sim.state import MarketState
from tests.unit.part_weeks import until, writes

STAY = {"params.people.quit_probability": 0.0}


def planned(rep: np.ndarray, vacant: int | None = None, **overrides: Any) -> tuple[MarketState, np.ndarray]:
    """A tiny market whose accounts are with ``rep`` when the first plan is made; returns it and who had whom."""
    market = Market("tiny", seed=1, overrides={"policy.coverage.kind": "portfolios", **STAY, **overrides})
    state = until("decide", market)
    with state.lend(("knowledge.rep", "customers.relationship", "reps.active")):
        state.knowledge.rep[:] = rep
        state.customers.relationship[:] = 0.5
        if vacant is not None:
            state.reps.active[vacant] = False
            state.heads.leave(0, np.bincount([state.reps.team[vacant]], minlength=2))
    before = state.knowledge.rep.copy()
    with state.lend(writes("decide")):
        decide(state)
    return state, before


def portfolios(first: int, second: int, third: int) -> np.ndarray:
    """Accounts of the north's three reps; nobody else is served."""
    north = np.flatnonzero(Market("tiny", seed=1).state.customers.territory == 0)
    rep = np.full(600, -1)
    rep[north[: first + second + third]] = np.repeat([0, 1, 2], [first, second, third])
    return rep


# ---- accounts that change hands ---------------------------------------------------------------------------------------


def test_an_account_that_changes_hands_loses_part_of_its_relationship() -> None:
    state, before = planned(portfolios(60, 60, 0))
    after = state.knowledge.rep
    assert np.bincount(after[after >= 0], minlength=3)[:3].tolist() == [40, 40, 40]
    moved = (before >= 0) & (after != before)
    assert (after[moved] == 2).all()
    lost = state.params.people.relationship_lost
    np.testing.assert_allclose(state.customers.relationship[moved], 0.5 * (1 - lost))
    assert (state.customers.relationship[~moved] == np.float32(0.5)).all()


def test_control_who_keeps_the_rep_or_never_had_one_pays_nothing() -> None:
    state, before = planned(portfolios(40, 40, 40))
    np.testing.assert_array_equal(state.knowledge.rep, before)
    assert (state.customers.relationship == np.float32(0.5)).all()
    fresh, before = planned(np.full(600, -1), **{"policy.coverage.kind": "by_turnover"})
    assert (fresh.knowledge.rep >= 0).any() and (before < 0).all()
    assert (fresh.customers.relationship == np.float32(0.5)).all()


def test_a_leavers_accounts_have_paid_when_the_leaver_left() -> None:
    state, before = planned(portfolios(40, 40, 40), vacant=1)
    orphans = before == 1
    assert np.isin(state.knowledge.rep[orphans], [0, 2]).all()
    assert (state.customers.relationship == np.float32(0.5)).all()


def test_added_reps_get_as_many_accounts_as_the_others_at_the_next_plan() -> None:
    """Six more reps in a market of twenty accounts each: at the first plan with them, nobody is left without."""
    market = Market(
        "regional_equipment",
        policy="status_quo_same_budget",
        seed=1,
        customers=3_000,
        weeks=27,
        overrides={**STAY, "params.people.vacancy": 0.5, "policy.coverage.accounts_per_rep": 20},
    ).run()
    state = market.state
    assert state.reps.active.sum() == 48 + 6
    held = np.bincount(state.knowledge.rep[state.knowledge.rep >= 0], minlength=len(state.reps))
    added = state.reps.active & (state.reps.key % 1000 == 6)
    assert (held[added] >= 10).all()
    assert held[state.reps.active].min() >= 10
    assert not held[~state.reps.active].any()
