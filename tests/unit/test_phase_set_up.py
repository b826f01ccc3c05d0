"""Set-up of routines, systems and links: what it costs, when, and how long it works in part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.market import Market
from tests.market.runs import fingerprint

STAY: dict[str, Any] = {"params.people.quit_probability": 0.0}
CHANGES = """
extends = "tiny"
weeks = 20
[[change]]
week = 6
set = { "policy.routines.visit_hours" = 1.2, "policy.routines.meeting_hours" = 1.0, "policy.gateway.loss" = 0.01, "policy.gateway.delay" = 1, "policy.gateway.contradiction" = 0.5 }
[[change]]
week = 8
territories = ["south"]
policy = { segmentation = { kind = "kmeans", segments = 2 } }
[[change]]
week = 10
policy = { sharing_contract = { kind = "paid", payment = 50_000_000 } }
[[change]]
week = 14
policy = { segmentation = { kind = "none" } }
"""


def market(folder: Path, **overrides: Any) -> Market:
    path = folder / "changes.toml"
    path.write_text(CHANGES, encoding="utf-8")
    return Market(str(path), seed=1, overrides={**STAY, **overrides})


def paid(state: Any, account: Account) -> np.ndarray:
    """What the manufacturer books on an account week by week."""
    booked: np.ndarray = state.ledger.book[1:, 0, account]
    return booked


def difference(folder: Path, account: Account, **overrides: Any) -> np.ndarray:
    """What set-up adds on ``account`` week by week."""
    on, off = (market(folder, **given).run().state for given in (overrides, dict.fromkeys(overrides, 0)))
    return paid(on, account) - paid(off, account)


# ---- money ------------------------------------------------------------------------------------------------------------


def test_other_routines_cost_money_for_every_rep_in_the_week_in_which_they_come(tmp_path: Path) -> None:
    costs = difference(tmp_path, Account.TRAINING, **{"params.change.routine_setup": 50_000})
    assert costs[5] == 6 * 50_000
    assert np.flatnonzero(costs).tolist() == [5]


def test_another_reporting_line_is_set_up_once(tmp_path: Path) -> None:
    costs = difference(tmp_path, Account.INFORMATION_SYSTEM, **{"params.change.gateway_setup": 1_000_000})
    assert costs.tolist() == [0] * 5 + [1_000_000] + [0] * 14


def test_a_segmentation_in_half_of_the_territories_costs_half_and_its_end_nothing(tmp_path: Path) -> None:
    costs = difference(tmp_path, Account.STUDIES, **{"params.change.segmentation_setup": 1_000_000})
    assert costs.tolist() == [0] * 7 + [500_000] + [0] * 12


def test_each_distributor_is_linked_once(tmp_path: Path) -> None:
    on = market(tmp_path, **{"params.change.sharing_setup": 10_000}).run()
    sharing = on.results.measure("sharing")
    assert sharing[8].sum() == 0 < sharing[9].sum()
    cost = on.results.measure("set_up_cost").sum(axis=1)
    assert cost[9] == pytest.approx(10_000 * sharing[9].sum())
    assert cost.sum() == pytest.approx(10_000 * (sharing > 0).any(axis=0).sum())


def test_what_is_in_force_in_the_first_week_costs_nothing(tmp_path: Path) -> None:
    dear = {
        "params.change.routine_setup": 50_000,
        "params.change.gateway_setup": 10**6,
        "params.change.segmentation_setup": 10**6,
        "params.change.sharing_setup": 10**6,
    }
    run = Market("tiny", seed=1, weeks=3, policy="deep_marketing", overrides={**STAY, **dear}).run()
    assert run.results.measure("sharing").any()
    assert not run.results.measure("set_up_cost").any()


def test_the_scorecard_shows_what_the_books_have(tmp_path: Path) -> None:
    run = market(tmp_path, **{"params.change.routine_setup": 50_000, "params.change.gateway_setup": 10**6}).run()
    card = run.results.scorecard.set_index("kpi")["value"]
    assert card["set_up_cost"] == pytest.approx((6 * 50_000 + 10**6) / 100)


# ---- routines are learnt ----------------------------------------------------------------------------------------------


def test_added_hours_are_learnt_and_hours_as_before_work_on(tmp_path: Path) -> None:
    run = market(tmp_path, **{"params.change.routine_weeks": 4.0})
    works, reps = [], run.state.reps
    for _ in range(20):
        run.step()
        works.append(reps.mastered[reps.active].copy())
    part = np.array(works)
    assert (part[:5] == 1.0).all()
    visits, meetings = part[5:, :, 2], part[5:, :, 0]
    assert (meetings == 1.0).all(), "shorter meetings are no news"
    before = 0.4 / 1.2
    expected = 1.0 - (1.0 - before) * np.exp(-np.arange(1, 16) / 4.0)
    np.testing.assert_allclose(visits, np.broadcast_to(expected[:, None], visits.shape), rtol=1e-5)


def test_while_they_are_learnt_visits_coach_less_and_take_their_hours(tmp_path: Path) -> None:
    at_once, slowly = (market(tmp_path, **{"params.change.routine_weeks": tau}) for tau in (0.0, 8.0))
    for run in (at_once, slowly):
        for _ in range(10):
            run.step()
    fast, slow = at_once.state.reps, slowly.state.reps
    assert (slow.coached[slow.active] < fast.coached[fast.active]).all()
    np.testing.assert_array_equal(fast.visit_hours, slow.visit_hours)
    np.testing.assert_array_equal(at_once.state.managers.visit_hours, slowly.state.managers.visit_hours)
    np.testing.assert_array_equal(fast.observed, slow.observed)


def test_who_comes_to_a_vacant_position_finds_the_team_as_far_as_it_is(tmp_path: Path) -> None:
    run = market(tmp_path, **{"params.change.routine_weeks": 4.0})
    state = run.state
    for _ in range(4):
        run.step()
    with state.lend(("reps.active",)):
        state.reps.active[0] = False
    state.books.heads.leave(4, np.bincount([state.reps.team[0]], minlength=len(state.managers)))
    run.step()
    run.step()
    assert state.reps.mastered[0, 2] == pytest.approx(-np.expm1(-1 / 4.0), rel=1e-5)


# ---- the reporting line -----------------------------------------------------------------------------------------------


def test_a_better_line_comes_to_its_own_and_a_worse_one_is_worse_at_once(tmp_path: Path) -> None:
    run = market(tmp_path, **{"params.change.gateway_weeks": 4.0})
    lost, noise, weeks = [], [], []
    for _ in range(20):
        run.step()
        line = run.state.today.decided.gateway
        lost.append(line.lost[0])
        noise.append(line.contradiction[0])
        weeks.append(int(line.weeks[0]))
    assert lost[:5] == [pytest.approx(0.15)] * 5
    assert (np.diff(lost[4:]) < 0).all()
    assert 0.01 < lost[-1] < 0.02
    assert lost[5] == pytest.approx(0.15 - 0.14 * -np.expm1(-0.25), abs=0.005)
    assert noise == [pytest.approx(0.3)] * 5 + [pytest.approx(0.5)] * 15
    assert weeks[:5] == [4] * 5
    assert weeks[5] > 1
    assert weeks[-1] == 1
    assert (np.diff(weeks) <= 0).all()


def test_control_without_learning_a_line_works_from_the_first_week(tmp_path: Path) -> None:
    run = market(tmp_path)
    for _ in range(6):
        run.step()
    line = run.state.today.decided.gateway
    assert line.lost[0] == pytest.approx(0.01)
    assert line.weeks[0] == 1


# ---- shared data ------------------------------------------------------------------------------------------------------


def test_shared_data_arrive_once_the_distributor_is_linked(tmp_path: Path) -> None:
    def first_report(weeks: int) -> int:
        given = {
            "params.change.sharing_weeks": weeks,
            "params.database.sharing_every": 1,
            "params.database.own_papers": False,
        }
        run = market(tmp_path, **given)
        for week in range(20):
            run.step()
            if any(report.exact for report in run.state.mail.reports):
                return week
        return -1

    assert first_report(0) == 10  # the week after the contract
    assert first_report(5) == 9 + 5


# ---- off means gone ---------------------------------------------------------------------------------------------------


def test_at_strength_zero_a_change_of_routines_and_systems_is_free(tmp_path: Path) -> None:
    assert fingerprint(market(tmp_path).run()) == fingerprint(
        market(tmp_path, **{"params.change.hand_over_weeks": 52.0}).run()
    )
    state = market(tmp_path).state
    assert state.reps.mastered.shape[1] == state.distributors.linked.shape[1] == 0
    assert state.headquarters.line is None


def test_without_a_change_learning_and_set_up_change_nothing() -> None:
    on = {
        "params.change.gateway_setup": 10**6,
        "params.change.routine_setup": 10**6,
        "params.change.segmentation_setup": 10**6,
        "params.change.gateway_weeks": 8.0,
        "params.change.routine_weeks": 8.0,
    }
    runs = [Market("tiny", seed=2, policy="deep_marketing", overrides=given).run().state for given in ({}, on)]
    off, same = runs
    assert off.ledger.book.tobytes() == same.ledger.book.tobytes()
    for name in set(off.reps) - {"mastered"}:
        np.testing.assert_array_equal(getattr(off.reps, name), getattr(same.reps, name), err_msg=name)
    np.testing.assert_array_equal(off.knowledge.value, same.knowledge.value)
