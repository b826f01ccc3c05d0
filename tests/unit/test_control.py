"""Routines in depth: the calendar of meetings, training of three kinds, checks, goals, maturity, styles and needs, reaction to gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.agents.sales_manager import SalesManager
from sim.market import Market
from sim.phases.manage import manage
from sim.questions.effort.two_drives import TwoDrives
from sim.questions.routines import meetings_in
from sim.questions.routines.fixed_hours import FixedHours
from sim.questions.routines.reactive import Reactive
from sim.solvers.control import goal_effect, seen_share, wear_of_control
from sim.solvers.know_how import after_exchange, best_of_teams
from sim.solvers.motives import need_met, style_match
from sim.state import ManagerUse, MarketState, Use
from tests.market.runs import LEFT_ALONE
from tests.policies.views import make_view
from tests.unit.part_weeks import until, writes

STAY = {"params.people.quit_probability": 0.0}


def managed(before: dict[str, Any] | None = None, **overrides: Any) -> MarketState:
    """A tiny market after the first week's manage phase; ``before`` are columns of reps set ahead of it."""
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    routines = {f"policy.routines.{k}" if "." not in k else k: v for k, v in given.items()}
    state = until("manage", Market("tiny", seed=1, overrides={**LEFT_ALONE, **routines}))
    with state.lend(f"reps.{name}" for name in (before or {})):
        for name, value in (before or {}).items():
            getattr(state.reps, name)[:] = value
    with state.lend(writes("manage")):
        manage(state)
    return state


def of_reps(state: MarketState, name: str) -> np.ndarray:
    values: np.ndarray = getattr(state.reps, name)[state.reps.active]
    return values


# ---- meetings ---------------------------------------------------------------------------------------------------------


def test_the_calendar_has_its_meetings_in_their_weeks() -> None:
    year = np.array([meetings_in(week) for week in range(52)])
    np.testing.assert_array_equal(year.sum(axis=0), [260, 260, 52, 13, 4, 1])
    assert meetings_in(3)[3] == meetings_in(12)[4] == meetings_in(51)[5] == 1
    seen = replace(make_view("routines", 1), week=51)
    rule = FixedHours(morning_hours=0.1, monthly_hours=2.0, quarterly_hours=4.0, yearly_hours=8.0)
    np.testing.assert_allclose(rule.answer(seen).meeting_hours, 0.5 + 1.5 + 2.0 + 4.0 + 8.0)


def test_kinds_of_meeting_differ_in_what_they_do() -> None:
    """Two hours a week of morning meetings align more than of evening ones, and cheer where those depress."""
    usual, morning, evening = (
        managed(meeting_hours=hours, **{kind: 0.4})
        for hours, kind in ((2.0, "form_hours"), (0.0, "morning_hours"), (0.0, "evening_hours"))
    )
    hours = [of_reps(state, "meeting_hours") for state in (usual, morning, evening)]
    np.testing.assert_allclose(hours, 2.0, rtol=1e-6)
    aligned = [of_reps(state, "alignment").mean() for state in (morning, usual, evening)]
    assert aligned[0] > aligned[1] > aligned[2]
    morale = [of_reps(state, "morale")[0] for state in (morning, usual, evening)]
    np.testing.assert_allclose(morale, [0.04, 0.0, -0.04], atol=1e-6)
    gained = of_reps(morning, "motivation") - of_reps(evening, "motivation")
    np.testing.assert_allclose(gained, 2 * 0.05 * np.tanh(0.04), rtol=1e-2)


def test_meetings_that_do_not_fit_are_cut_alike() -> None:
    state = managed(meeting_hours=20.0, morning_hours=3.0)
    np.testing.assert_allclose(of_reps(state, "meetings").sum(axis=1), 28.0, rtol=1e-5)  # what the manager has
    np.testing.assert_allclose(of_reps(state, "meetings")[0, [0, 2]], 28.0 * np.array([15, 20]) / 35, rtol=1e-5)


def test_know_how_comes_from_the_best_third() -> None:
    skill, team = np.array([3.0, 1.0, 2.0, 9.0, 5.0, 4.0]), np.array([0, 0, 0, 0, 1, 2])
    here = np.array([True, True, True, False, True, False])
    np.testing.assert_allclose(best_of_teams(skill, team, here, 3, one_of=3), [3.0, 5.0, 0.0])
    np.testing.assert_allclose(best_of_teams(skill, np.zeros(6, int), np.ones(6, bool), 1, one_of=3), [7.0])
    gained = after_exchange(np.array([0.0, 0.0, 0.5]), np.array([1.0, -1.0, 0.2]), np.array([0.5, 1.0, 1.0]), 0.8)
    np.testing.assert_allclose(gained, [0.4, 0.0, 0.5])


def test_only_structured_hours_spread_know_how() -> None:
    plain, structured = managed(meeting_hours=2.0), managed(meeting_hours=2.0, structured=0.5)
    assert not of_reps(plain, "know_how").any()
    ability, team = of_reps(structured, "ability"), of_reps(structured, "team")
    for k in range(2):
        of_team = ability[team == k]
        gap = np.maximum(np.sort(of_team)[::-1][: -(-len(of_team) // 3)].mean() - of_team, 0)
        learnt = 0.87 * -np.expm1(-1.0 / 0.5) * gap
        np.testing.assert_allclose(of_reps(structured, "know_how")[team == k], learnt, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        of_reps(structured, "skill") - of_reps(plain, "skill"), of_reps(structured, "know_how"), atol=1e-6
    )


# ---- training ---------------------------------------------------------------------------------------------------------


def test_three_kinds_of_training_cost_and_teach_each_in_its_way() -> None:
    hours = {"induction_hours": 4.0, "on_the_job_hours": 1.0, "training_hours": 2.0}
    state = managed({"tenure": np.array([3, 40] * 7)}, **hours)
    fresh = of_reps(state, "tenure") < 13
    assert fresh.any() and not fresh.all()
    np.testing.assert_allclose(of_reps(state, "inducted"), np.where(fresh, 4.0, 0.0))
    np.testing.assert_allclose(of_reps(state, "drilled"), 1.0)
    np.testing.assert_allclose(of_reps(state, "trained"), 2.0)
    np.testing.assert_allclose(of_reps(state, "training_hours"), np.where(fresh, 7.0, 3.0))
    np.testing.assert_allclose(of_reps(state, "training_fee"), 2.0 * 6_000 + np.where(fresh, 4.0 * 3_000, 0.0))
    np.testing.assert_allclose(state.books.manager_hours.spent[0][ManagerUse.TRAINING], 3.0)
    apart = [0.62 * -np.expm1(-2.0 / 24), 0.36 * -np.expm1(-0.2 / 20), 0.62 * -np.expm1(-1.0 / 40)]
    rest = np.prod([1 - d / 0.8 for d in apart])
    inducted = 1 - 0.62 * -np.expm1(-4.0 / 40) / 0.8
    learnt = 0.8 * (1 - rest * np.where(fresh, inducted, 1.0))
    np.testing.assert_allclose(of_reps(state, "skill"), of_reps(state, "ability") + learnt, rtol=1e-4, atol=1e-5)


def test_training_is_booked_and_takes_the_hours_of_the_week() -> None:
    overrides = {"policy.routines.on_the_job_hours": 1.0, "policy.routines.training_hours": 2.0, **STAY}
    market = Market("tiny", seed=1, weeks=1, overrides=overrides).run()
    state = market.state
    here = state.books.hours.available[0] > 0
    np.testing.assert_allclose(state.books.hours.spent[0][Use.TRAINING, here], 3.0)
    assert state.ledger.book[1, 0, Account.TRAINING] == here.sum() * 12_000


# ---- control ----------------------------------------------------------------------------------------------------------


def test_checks_see_align_and_take_managers_hours() -> None:
    plain, checked = managed(), managed(checks=1.0)
    np.testing.assert_allclose(of_reps(checked, "observed"), 1 - np.exp(-0.2 - 1.0), rtol=1e-6)
    assert (of_reps(checked, "alignment") > of_reps(plain, "alignment")).all()
    np.testing.assert_allclose(checked.books.manager_hours.spent[0][ManagerUse.CONTROL], 3 * 0.25)
    assert not plain.books.manager_hours.spent[0][ManagerUse.CONTROL].any()
    np.testing.assert_allclose(seen_share(np.array([0.0, np.log(2)])), [0.0, 0.5])


def test_checks_see_as_much_as_they_are_said_to() -> None:
    half = managed(visit_hours=0.0, checks=2.0, **{"params.control.check_half": 4.0})
    np.testing.assert_allclose(of_reps(half, "observed"), 1 - np.exp(-0.5), rtol=1e-6)
    whole = managed(visit_hours=0.0, checks=0.5, **{"params.control.check_half": 1.0})
    np.testing.assert_allclose(of_reps(half, "alignment"), of_reps(whole, "alignment"), rtol=1e-6)


def test_a_manager_who_is_short_of_hours_spends_all_of_them_on_checks() -> None:
    short = managed(visit_hours=0.0, checks=20.0, **{"params.management.manager_hours": 20.0})
    spent = short.books.manager_hours.spent[0]
    np.testing.assert_allclose(spent[ManagerUse.CONTROL].sum(), short.reps.checks.sum() * 0.25, rtol=1e-6)
    checks = of_reps(short, "checks")
    assert 0 < checks.min() <= checks.max() < 20
    np.testing.assert_allclose(spent[ManagerUse.SPARE], 0.0, atol=1e-5)


def test_visits_check_forms_in_the_field() -> None:
    used = [
        of_reps(managed(**{"visit_hours": 1.0, "params.control.visit_check": v}), "form_use")[0] for v in (0, 0.25, 1)
    ]
    assert used == sorted(used) and used[0] < used[2]


def test_being_seen_wears_down_the_mature_and_steadies_the_immature() -> None:
    slope = {"params.control.maturity_slope": 0.5, "checks": 2.0}
    mature, raw = managed({"maturity": 1.0}, **slope), managed({"maturity": 0.0}, **slope)
    seen = of_reps(mature, "observed")
    kappa = wear_of_control(0.05, 0.5, of_reps(mature, "maturity"), 0.7)
    np.testing.assert_allclose(kappa, 0.2, rtol=1e-2)
    worn = 0.01 * (1.5 + 1.0 - 1.0)
    np.testing.assert_allclose(of_reps(mature, "motivation"), of_reps(mature, "zeal") - worn - kappa * seen, rtol=1e-4)
    assert (of_reps(raw, "motivation") > of_reps(raw, "zeal") - worn).all()


def test_maturity_grows_with_years_and_coaching() -> None:
    left, coached = (managed({"maturity": 0.4}, visit_hours=h) for h in (0.0, 4.0))
    np.testing.assert_allclose(of_reps(left, "maturity"), 0.4 + 0.6 / 156, rtol=1e-5)
    full = 1 - np.exp(-of_reps(coached, "coached")[0] / 20)
    np.testing.assert_allclose(of_reps(coached, "maturity"), 0.4 + 0.6 / 156 * (1 + full), rtol=1e-5)
    vacant = left.reps.maturity[~left.reps.active]
    np.testing.assert_array_equal(vacant, np.float32(0.4))  # nobody there to grow


def test_nobody_becomes_more_than_mature() -> None:
    grown = managed({"maturity": 0.4}, visit_hours=4.0, **{"params.learning.maturity_time": 1.0})
    np.testing.assert_array_equal(of_reps(grown, "maturity"), 1.0)


def test_goals_help_until_they_are_out_of_reach() -> None:
    difficulty = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0])
    np.testing.assert_allclose(goal_effect(difficulty, 0.34, 1.0), [0, 0.17, 0.34, 0.17, 0, 0])
    talks = {"review_hours": 2.0 / 13, **STAY}
    feedback = []
    for goal in (0.0, 1.0, 3.0):
        given = {f"policy.routines.{k}" if "." not in k else k: v for k, v in {**talks, "goal": goal}.items()}
        state = Market("tiny", seed=1, weeks=13, overrides=given).run().state
        feedback.append(of_reps(state, "feedback").mean())
        turn = (of_reps(state, "key") % np.uint64(13)).astype(int)
        weeks_since = 12 - (12 - turn) % 13
        np.testing.assert_allclose(of_reps(state, "fairness"), 0.5 ** (weeks_since / 26), rtol=1e-4)
    assert feedback[0] == feedback[2] < feedback[1] - 0.25


def test_fair_talks_motivate_when_they_are_said_to() -> None:
    fair = {"params.control.fairness_on_motivation": 0.1}
    plain, heard = managed({"fairness": 0.5}), managed({"fairness": 0.5}, **fair)
    gained = of_reps(heard, "motivation") - of_reps(plain, "motivation")
    np.testing.assert_allclose(gained, 0.1 * of_reps(heard, "fairness"), rtol=1e-3)


def test_showing_what_was_done_takes_field_time() -> None:
    given = {
        "policy.routines.checks": 3.0,
        "params.control.check_hours": 0.0,
        "policy.routines.visit_hours": 0.0,
        **STAY,
    }
    taken = {**given, "params.control.rep_time": 0.5}
    state = Market("tiny", seed=1, weeks=1, overrides=taken).run().state
    plain = Market("tiny", seed=1, weeks=1, overrides=given).run().state
    here = state.books.hours.available[0] > 0
    np.testing.assert_allclose(
        state.books.hours.spent[0][Use.CONTROL, here],
        0.5 * state.reps.observed[here] * plain.reps.field_hours[here],
        rtol=1e-5,
    )
    assert not plain.books.hours.spent[0][Use.CONTROL].any()
    np.testing.assert_allclose(
        state.reps.field_hours[here] + state.books.hours.spent[0][Use.CONTROL, here],
        plain.reps.field_hours[here],
        rtol=1e-5,
    )


def test_checks_and_visits_take_the_reps_time_and_a_way_there() -> None:
    """Nobody is checked for nothing: .25 hours of a check, a quarter of a visit, and a trip to each check and visited call."""
    states = [
        Market(
            "tiny", seed=1, weeks=1, overrides={"policy.routines.visit_hours": v, "policy.routines.checks": c, **STAY}
        )
        .run()
        .state
        for v, c in ((0.0, 0.0), (1.0, 0.0), (0.0, 2.0))
    ]
    here = states[0].books.hours.available[0] > 0
    for state, hours in zip(states, (0.0, 0.25, 0.5), strict=True):
        np.testing.assert_allclose(state.books.hours.spent[0][Use.CONTROL, here], hours, rtol=1e-6)
        left = states[0].reps.field_hours[here] - state.reps.field_hours[here]
        np.testing.assert_allclose(left, hours, rtol=1e-5, atol=1e-6)
    trips = [
        state.ledger.cut["territory"][1, :, Account.TRAVEL] / 1200
        - np.bincount(state.reps.territory, weights=state.reps.calls)
        for state in states
    ]
    np.testing.assert_allclose(trips[0], 0.0, atol=1e-9)
    np.testing.assert_allclose(trips[1], 3 / np.array([1.15, 1.45]), rtol=2e-3)
    np.testing.assert_allclose(trips[2], 6.0, rtol=2e-3)


def test_pressure_works_by_being_seen_and_not_by_motivation() -> None:
    view = make_view("effort", 2)
    rule = TwoDrives(own_drive=0.2, pressure=0.3, half=0.2)
    seen = replace(view, motivation=np.zeros(9), observed=np.linspace(0, 1, 9))
    np.testing.assert_allclose(rule.answer(seen).effort, 0.3 * seen.observed / (seen.observed + 0.2))
    alone = replace(view, observed=np.zeros(9), commission_share=np.zeros(9))
    np.testing.assert_allclose(rule.answer(alone).effort, np.clip(0.2 * view.motivation, 0, 1))


# ---- reaction ---------------------------------------------------------------------------------------------------------


def test_a_reactive_manager_answers_the_gap_of_some_weeks_ago() -> None:
    seen = make_view("routines", 3)
    rule = Reactive(gain=10.0, tolerated=0.2, lag=5, checks=0.5, meeting_hours=2.0)
    tighter = 10.0 * np.maximum(seen.past_gaps[4] - 0.2, 0.0)
    assert (tighter > 0).any()
    answer = rule.answer(seen)
    np.testing.assert_allclose(answer.checks, 0.5 + tighter)
    np.testing.assert_allclose(answer.meeting_hours, 2.0 * (1 + tighter))
    np.testing.assert_allclose(answer.form_checking, 1.0 + tighter)
    np.testing.assert_array_equal(answer.visit_hours, rule.planned(seen).visit_hours)


def test_managers_remember_the_gaps_of_past_weeks() -> None:
    market = Market("tiny", seed=1, weeks=4, overrides=STAY)
    for _ in range(3):
        market.run_week()
    record, seen = market.state.record, SalesManager.see(market.state)
    gaps = 1 - record["calls_reported_on_plan"] / record["calls_planned"].clip(1e-9)
    assert market.state.week >= 2
    for ago in range(1, market.state.week + 1):
        np.testing.assert_allclose(seen.past_gaps[ago - 1], gaps[market.state.week - ago])
    np.testing.assert_array_equal(seen.plan_gap, seen.past_gaps[0])
    assert not seen.past_gaps[5:].any()


@pytest.mark.parametrize("memory", [26, 5])
def test_managers_forget_gaps_beyond_their_memory(memory: int) -> None:
    given = {} if memory == 26 else {"params.management.gap_memory": memory}
    state = Market("tiny", seed=1, weeks=40, overrides=given).state
    state.week = 30
    state.record["calls_planned"][:30] = 10.0
    state.record["calls_reported_on_plan"][:30] = 8.0
    gaps = SalesManager.see(state).past_gaps
    assert Reactive(lag=len(gaps)).lag == 26
    with pytest.raises(ValueError, match="lag"):
        Reactive(lag=len(gaps) + 1)  # so that no rule looks beyond the view
    np.testing.assert_allclose(gaps[:memory], 0.2)
    assert not gaps[memory:].any()


# ---- styles and needs -------------------------------------------------------------------------------------------------


def test_styles_match_in_a_circle() -> None:
    pairs = np.array([[style_match(np.array(m), np.array(r)) for r in range(4)] for m in range(4)])
    np.testing.assert_array_equal(np.diag(pairs), 1.0)
    np.testing.assert_array_equal(pairs, pairs.T)
    assert pairs.sum() == 0
    np.testing.assert_allclose(
        need_met(np.arange(4), *(np.full(4, x) for x in (0.1, 0.2, 3.0, 0.4))), [0.1, 0.2, 1, 0.4]
    )


@pytest.mark.parametrize("weight", ["style_on_motivation", "needs_on_motivation", "needs_on_quits"])
def test_weights_of_styles_and_needs_move_what_they_say(weight: str) -> None:
    plain, moved = managed(), managed(**{f"params.motives.{weight}": 0.2})
    gained = of_reps(moved, "motivation") - of_reps(plain, "motivation")
    lack, need = of_reps(moved, "lack"), of_reps(moved, "need")
    assert not of_reps(plain, "lack").any()
    if weight == "style_on_motivation":
        match = style_match(moved.managers.style[of_reps(moved, "team")], of_reps(moved, "style"))
        np.testing.assert_allclose(gained, 0.2 * match, atol=1e-6)
    elif weight == "needs_on_motivation":
        assert not gained[need < 2].any()
        assert (need < 2).all() or gained[need >= 2].any()
    else:
        assert not gained.any()
        assert not lack[need >= 2].any()
        assert (lack <= 0.2 * 0.5).all()


@pytest.mark.parametrize(("variable", "lack"), [(0.9, 0.2 * (0.5 - 0.1)), (0.2, 0.0)])
def test_a_need_for_security_that_is_met_pulls_nobody(variable: float, lack: float) -> None:
    state = managed({"need": 0, "variable_share": variable}, **{"params.motives.needs_on_quits": 0.2})
    np.testing.assert_allclose(of_reps(state, "lack"), lack, atol=1e-7)


@pytest.mark.parametrize("full", [2.0, 4.0])
def test_esteem_is_met_by_sales_above_those_of_the_team(full: float) -> None:
    given = {"params.motives.needs_on_motivation": 0.2, **({} if full == 2.0 else {"params.motives.esteem_at": full})}
    sales = np.where(np.arange(len(managed().reps)) % 2, 1.5, 0.5)
    plain, driven = managed({"need": 2, "sales": sales}), managed({"need": 2, "sales": sales}, **given)
    gained = of_reps(driven, "motivation") - of_reps(plain, "motivation")
    here = driven.reps.active
    over = (
        sales[here]
        / (np.bincount(driven.reps.team[here], sales[here]) / np.bincount(driven.reps.team[here]))[
            driven.reps.team[here]
        ]
    )
    np.testing.assert_allclose(gained, 0.2 * (np.minimum(over / full, 1.0) - 0.5), atol=1e-6)
