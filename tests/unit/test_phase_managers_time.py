"""Managers' hours as one budget: reading, selling, and what a routine costs in calls on key accounts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.derived.accounts import served
from sim.market import Market
from sim.phases.work import work
from sim.state import ManagerUse, MarketState
from tests.market.runs import fingerprint, small
from tests.unit.part_weeks import until, writes

STAY: dict[str, Any] = {"params.people.quit_probability": 0.0}
SELL = {"params.managers_time.selling": 1.0}


def spent(state: MarketState, use: ManagerUse, week: int = 0) -> np.ndarray:
    hours: np.ndarray = state.books.manager_hours.spent[week, use]
    return hours


def run(weeks: int = 8, **overrides: Any) -> MarketState:
    return Market("tiny", seed=1, weeks=weeks, overrides={**STAY, **overrides}).run().state


# ---- selling ----------------------------------------------------------------------------------------------------------


def test_what_routines_leave_goes_to_calls_as_far_as_whole_calls_fit() -> None:
    state = run(**SELL)
    hours = state.books.manager_hours.spent[:, [ManagerUse.SPARE, ManagerUse.SELLING]]
    per_call = state.params.hours.selling_per_call + np.array([0.6, 0.9])
    free = hours.sum(axis=1)
    calls = state.record["manager_calls"]
    np.testing.assert_allclose(hours[:, 1], calls * per_call, rtol=1e-6)
    np.testing.assert_array_equal(calls, np.floor(free / per_call))
    assert (hours[:, 0] < per_call).all()
    assert (hours[:, 0] >= 0).all()


def test_a_call_begun_is_finished_in_a_later_week() -> None:
    half = run(weeks=20, **{"params.managers_time.selling": 0.5})
    hours = half.books.manager_hours.spent[:, [ManagerUse.SPARE, ManagerUse.SELLING]].sum(axis=(0, 1))
    per_call = half.params.hours.selling_per_call + np.array([0.6, 0.9])
    np.testing.assert_allclose(half.record["manager_calls"].sum(axis=0), 0.5 * hours / per_call, atol=1.0 + 1e-6)


def test_each_hour_of_a_routine_is_an_hour_less_with_accounts() -> None:
    few, many = (run(weeks=20, **SELL, **{"policy.routines.visit_hours": hours}) for hours in (0.2, 2.2))
    sold = [state.books.manager_hours.spent[:, ManagerUse.SELLING].sum() / 20 for state in (few, many)]
    one_call = 0.55 + 0.9
    assert sold[0] - sold[1] == pytest.approx(2 * 3 * 2.0, abs=one_call)


def test_managers_call_on_the_largest_accounts_of_their_teams() -> None:
    state = until("work", Market("tiny", seed=1, overrides={**STAY, **SELL}))
    with state.lend(writes("work")):
        work(state)
    joint = state.today.worked.joint
    assert joint is not None
    team = state.reps.team[state.knowledge.rep]
    made = state.managers.calls[:, 0]
    accounts = served(state)
    known = np.where(state.diary.met, state.diary.bought, state.knowledge.value)
    for m in (0, 1):
        of_team = accounts[team[accounts] == m]
        called = joint.customer[team[joint.customer] == m]
        assert 0 < made[m] < len(of_team)
        assert joint.calls[team[joint.customer] == m].tolist() == [1] * made[m]
        rest = np.setdiff1d(of_team, called)
        assert known[called].min() >= known[rest].max()


def test_more_calls_than_accounts_go_round() -> None:
    few = {"policy.coverage.accounts_per_rep": 2, "params.relationship.at_start": 0.0}
    state = run(weeks=1, **SELL, **few)
    joint = state.today.worked.joint
    assert joint is not None
    assert joint.calls.min() >= 1
    team = state.reps.team[state.knowledge.rep[joint.customer]]
    for m in (0, 1):
        assert np.ptp(joint.calls[team == m]) <= 1
    assert joint.calls.max() > 1
    assert joint.calls.sum() == state.managers.calls.sum()


def test_their_calls_build_relationships_and_cost_travel() -> None:
    off, on = (run(weeks=6, **given) for given in ({}, SELL))
    key = on.today.worked.joint
    assert key is not None
    gained = on.customers.relationship[key.customer] - off.customers.relationship[key.customer]
    assert gained.mean() > 0.05
    travel = on.ledger.book[1:, 0, Account.TRAVEL] - off.ledger.book[1:, 0, Account.TRAVEL]
    assert travel.sum() > 0.5 * on.record["manager_calls"].sum() * on.params.costs.travel


def test_a_manager_without_accounts_has_no_one_to_call_on() -> None:
    nobody = {"policy.coverage.kind": "portfolios", "params.relationship.at_start": 0.0}
    state = run(weeks=2, **SELL, **nobody)
    assert not state.record["manager_calls"].any()
    assert (spent(state, ManagerUse.SPARE) > 0).all()


def test_selling_managers_sell_more() -> None:
    sold = [
        [
            float(small(weeks=26, seed=seed, overrides={**STAY, **given}).run().state.record["key_account_value"].sum())
            for seed in (1, 2, 3, 4)
        ]
        for given in ({}, SELL)
    ]
    assert sum(sold[1]) > 1.002 * sum(sold[0])


# ---- reading ----------------------------------------------------------------------------------------------------------

READ = {
    "params.managers_time.office_hours": 1.0,
    "params.managers_time.segment_hours": 0.25,
    "params.managers_time.shared_data_hours": 0.5,
    "params.managers_time.plan_hours": 0.5,
}


def test_offices_segments_shared_data_and_new_plans_take_hours() -> None:
    state = Market("tiny", seed=1, weeks=2, policy="deep_marketing", overrides={**STAY, **READ}).run().state
    segments = state.headquarters.segments
    sharing = state.record["sharing"][0]
    new_plan = state.record["plan_changes"][0] > 0
    assert segments > 1
    assert sharing.any()
    assert new_plan.all()
    np.testing.assert_allclose(spent(state, ManagerUse.READING), 1.0 + 0.25 * segments + 0.5 * sharing + 0.5 * 3)
    np.testing.assert_allclose(spent(state, ManagerUse.READING, 1), 1.0 + 0.25 * segments + 0.5 * sharing)


def test_two_offices_ask_twice() -> None:
    state = run(weeks=2, **{"params.managers_time.office_hours": 1.5})
    np.testing.assert_allclose(spent(state, ManagerUse.READING), 2 * 1.5)


def test_reading_comes_before_routines_and_never_takes_more_than_there_is() -> None:
    state = run(weeks=3, **{"params.managers_time.office_hours": 20.0, "policy.routines.visit_hours": 2.0})
    left = state.params.management.manager_hours - state.params.management.manager_administration
    np.testing.assert_allclose(spent(state, ManagerUse.READING), left)
    assert not state.managers.visit_hours.any()
    assert not state.managers.meeting_hours.any()


# ---- off means gone ---------------------------------------------------------------------------------------------------


def test_without_selling_managers_there_is_nothing_of_them() -> None:
    state = run(weeks=2)
    assert state.managers.calls.shape == state.managers.carry.shape == (2, 0)
    assert state.today.worked.joint is None


def test_control_a_share_too_small_for_a_call_changes_no_customer() -> None:
    off, on = (
        Market("tiny", seed=1, weeks=6, overrides={**STAY, **given}).run().state
        for given in ({}, {"params.managers_time.selling": 1e-6})
    )
    assert not on.record["manager_calls"].any()
    assert off.ledger.book.tobytes() == on.ledger.book.tobytes()
    for name in off.customers:
        np.testing.assert_array_equal(getattr(off.customers, name), getattr(on.customers, name), err_msg=name)
    assert fingerprint(Market("tiny", seed=1, weeks=2).run()) == fingerprint(Market("tiny", seed=1, weeks=2).run())
