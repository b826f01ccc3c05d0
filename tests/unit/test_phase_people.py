"""Phases of people: hours of a week, routines, effort, quits and hiring, the way of a report."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.derived.call_hours import hours_per_call
from sim.market import Market
from sim.phases.manage import manage
from sim.phases.people import people
from sim.phases.persuade import _factors
from sim.phases.spread import visits_of_week
from sim.phases.work import work
from sim.quantity import retention_of_half_life
from sim.rng import Decision, Luck
from sim.state import ManagerUse, MarketState, Use
from tests.market.runs import LEFT_ALONE
from tests.unit.part_weeks import until, writes

# ---- manage -----------------------------------------------------------------------------------------------------------


def test_a_manager_cannot_give_more_hours_than_there_are() -> None:
    overrides = {
        "policy.routines.visit_hours": 40.0,
        "policy.routines.review_hours": 10.0,
        "policy.routines.meeting_hours": 5.0,
        "policy.routines.form_checking": 3.0,
    }
    state = until("manage", Market("tiny", seed=1, overrides=overrides))
    with state.lend(writes("manage")):
        manage(state)
    spent = state.books.manager_hours.spent[0]
    left = 42.0 - 14.0 - 5.0 - 3.0
    np.testing.assert_allclose(spent[ManagerUse.VISITS] + spent[ManagerUse.TALKS], left)
    here = state.reps.active
    visits, talks = state.reps.visit_hours[here], state.reps.review_hours[here]
    np.testing.assert_allclose(visits, left / 3 * 0.8, rtol=1e-6)  # 40 of 50 hours asked for, three reps
    np.testing.assert_allclose(talks, left / 3 * 0.2, rtol=1e-6)
    np.testing.assert_allclose(spent[ManagerUse.SPARE], 0.0, atol=1e-9)


def test_routines_align_coach_observe_and_wear() -> None:
    overrides = {
        "policy.routines.meeting_hours": 2.0,
        "policy.routines.visit_hours": 1.0,
        "policy.routines.training_hours": 2.0,
        "policy.routines.form_hours": 1.0,
        "policy.gateway.companies": 2,
        "params.control.maturity_slope": 0.0,
    }
    state = until("manage", Market("tiny", seed=1, overrides=overrides))
    before = {name: getattr(state.reps, name).copy() for name in ("alignment", "zeal", "ability", "form_use")}
    with state.lend(writes("manage")):
        manage(state)
    n, here = state.params.management, state.reps.active
    reps = SimpleNamespace(**{name: getattr(state.reps, name)[here] for name in state.reps})
    before = {name: values[here] for name, values in before.items()}
    target = 1 - 0.5 * (1 - n.meeting_effect * (1 - np.exp(-2.0 / n.meeting_half))) * (
        1 - n.visit_effect * (1 - np.exp(-1.0 / n.visit_half))
    )
    np.testing.assert_allclose(
        reps.alignment, before["alignment"] + n.alignment_speed * (target - before["alignment"]), rtol=1e-5
    )
    np.testing.assert_allclose(reps.observed, 1 - np.exp(-1.0 / n.observation_half), rtol=1e-5)
    np.testing.assert_allclose(reps.coached, 1.0)
    np.testing.assert_allclose(reps.trained, 2.0)
    coaching = n.coaching_d * (1 - np.exp(-1.0 / n.coaching_half))
    training = n.training_d * (1 - np.exp(-2.0 / n.training_half))
    together = n.ceiling * (1 - (1 - coaching / n.ceiling) * (1 - training / n.ceiling))
    np.testing.assert_allclose(reps.skill, before["ability"] + together, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(reps.form_hours, 2.0)  # one hour for each of two companies
    worn = n.overhead_on_motivation * (2.0 + 2.0 - n.meeting_reference) + n.observation_on_motivation * reps.observed
    np.testing.assert_allclose(reps.motivation, np.maximum(before["zeal"] - worn, 0), rtol=1e-5)


def test_coaching_and_training_fade() -> None:
    routines = {
        "policy.routines.visit_hours": 1.0,
        "policy.routines.training_hours": 2.0,
        "params.people.quit_probability": 0.0,
    }
    state = Market("tiny", seed=1, weeks=3, overrides=routines).run().state
    keep = retention_of_half_life(26.0)
    here = state.reps.active
    np.testing.assert_allclose(state.reps.coached[here], 1 + keep + keep**2, rtol=1e-5)
    np.testing.assert_allclose(state.reps.trained[here], 2 * (1 + keep + keep**2), rtol=1e-5)


def test_review_talks_come_in_turn_and_fade() -> None:
    market = Market(
        "tiny", seed=3, weeks=26, overrides={"policy.routines.review_hours": 2.0, "params.people.quit_probability": 0.0}
    )
    state = market.state
    talked = np.zeros(len(state.reps), dtype=int)
    keep = retention_of_half_life(state.params.management.decay_half_life)
    for _ in range(13):
        before = state.reps.feedback.copy()
        market.run_week()
        talked += ~np.isclose(state.reps.feedback, before * keep, rtol=1e-5, atol=1e-9)
    np.testing.assert_array_equal(talked[state.reps.active], 1)
    np.testing.assert_array_equal(talked[~state.reps.active], 0)


def test_where_nobody_talks_and_nobody_can_leave_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: set[Decision] = set()
    luck = MarketState.luck

    def watched(state: MarketState, decision: Decision) -> Luck:
        drawn.add(decision)
        return luck(state, decision)

    monkeypatch.setattr(MarketState, "luck", watched)
    people_matter = {Decision.FEEDBACK, Decision.QUIT}
    Market("tiny", seed=1, weeks=14, overrides={**LEFT_ALONE, "params.people.quit_probability": 0.0}).run()
    assert not drawn & people_matter
    Market("tiny", seed=1, weeks=14, policy="deep_marketing").run()
    assert drawn >= people_matter, "control: with talks and quits they are drawn"


# ---- work -------------------------------------------------------------------------------------------------------------


def test_the_office_takes_its_hours_first() -> None:
    overrides = {
        **LEFT_ALONE,
        "policy.routines.meeting_hours": 2.0,
        "policy.routines.training_hours": 3.0,
        "policy.routines.form_hours": 1.0,
        "policy.routines.visit_hours": 0.0,
        "policy.gateway.companies": 1,
    }
    state = until("work", Market("tiny", seed=1, overrides=overrides))
    with state.lend(writes("work")):
        work(state)
    spent, reps = state.books.hours.spent[0], state.reps
    here = reps.active
    expected = {
        Use.ABSENCE: 4.0,
        Use.ADMINISTRATION: 7.0,
        Use.MEETINGS: 2.0,
        Use.FORMS: 1.0,
        Use.TRAINING: 3.0,
        Use.TALKS: 0.0,
    }
    for use, hours in expected.items():
        np.testing.assert_allclose(spent[use, here], hours, rtol=1e-6, err_msg=use.name)
        assert not spent[use, ~here].any()
    np.testing.assert_allclose(reps.field_hours[here], 40.0 - 17.0, rtol=1e-6)
    made = np.floor(reps.field_hours * reps.effort / hours_per_call(state))
    np.testing.assert_array_equal(reps.calls[here], made[here])
    np.testing.assert_allclose(
        reps.carry[here], (reps.field_hours * reps.effort / hours_per_call(state) - made)[here], atol=1e-4
    )
    np.testing.assert_allclose(reps.reported_calls[here], 0.8 * 24.1666 + 0.2 * made[here], rtol=1e-3)


def test_hours_not_worked_count_as_selling_as_far_as_calls_would_have_been() -> None:
    market = Market("tiny", seed=1, weeks=1, overrides={"policy.effort.own_drive": 0.2}).run()
    state = market.state
    spent = state.books.hours.spent[0]
    assert spent[Use.IDLE].sum() > 10
    selling = spent[Use.SELLING] + spent[Use.IDLE] * 0.55 / hours_per_call(state)
    np.testing.assert_allclose(
        state.record["hours_selling"][0], np.bincount(state.reps.team, selling, len(state.managers)), rtol=1e-6
    )


def test_skill_has_its_whole_effect_on_accounts_that_are_warm_enough_and_no_more_on_warmer_ones() -> None:
    state = Market("tiny", seed=1).state
    with state.lend(("reps.skill",)):
        state.reps.skill[:] = 1.0
    for warmth, heard in ((0.0, 0.0), (0.1, 0.5), (0.2, 1.0), (0.9, 1.0)):
        found = _factors(state, np.full(len(state.reps), warmth))
        np.testing.assert_allclose(found, np.exp(0.3 * heard), rtol=1e-6)


def test_calls_of_a_newcomer_are_worth_what_was_learnt() -> None:
    state = until("work", Market("tiny", seed=1))
    with state.lend(("reps.tenure",)):
        state.reps.tenure[:] = 12
    with state.lend(writes("work")):
        work(state)
    visits = visits_of_week(state, state.today.worked.visited)
    assert visits.calls.sum() > 0
    np.testing.assert_allclose(visits.effective, visits.calls * (1 - np.exp(-1)), rtol=1e-6)


def test_a_short_week_is_filled_from_the_front() -> None:
    """Absence first, then the office; nothing is spent that is not there."""
    short = {"params.hours.contract": 10.0, "params.hours.administration": 40.0}
    state = Market("tiny", seed=1, weeks=1, overrides=short).run().state
    here = state.books.hours.available[0] > 0
    spent = state.books.hours.spent[0][:, here]
    np.testing.assert_allclose(spent[Use.ABSENCE], 1.0)
    np.testing.assert_allclose(spent[Use.ADMINISTRATION], 9.0)
    assert not spent[2:].any()


def test_a_begun_call_is_finished_next_week() -> None:
    market = Market("tiny", seed=1, weeks=12, overrides={"params.people.quit_probability": 0.0}).run()
    possible = market.state.books.hours.spent[:, [Use.SELLING, Use.TRAVEL, Use.IDLE]].sum(axis=1)
    effort = market.results.measure("effort_sum").sum() / market.results.measure("reps").sum()
    calls = market.results.measure("calls").sum()
    wished = (possible * effort / hours_per_call(market.state)).sum()
    assert calls == pytest.approx(wished, abs=len(market.reps) + 0.01 * wished)


def test_what_an_account_is_owed_is_settled_by_visits() -> None:
    """Calls go round: what a rep's accounts are owed and what they got never drift apart."""
    market = Market(
        "tiny",
        seed=1,
        weeks=13,
        overrides={"params.people.quit_probability": 0.0, "params.calls.compliance_start": 1.0},
    )
    visited = np.zeros(600)
    for _ in range(13):
        market.run_week()
        visited += market.state.diary.visits
    state = market.state
    accounts = state.knowledge.rep >= 0
    owed = np.bincount(state.knowledge.rep[accounts], state.diary.due[accounts], len(state.reps))
    np.testing.assert_allclose(owed, 0.0, atol=1e-3)
    per_account = [visited[state.knowledge.rep == rep.row] for rep in market.reps]
    assert all(np.ptp(visits) <= 2 for visits in per_account), "a plan of equal norms is a round"


@pytest.mark.parametrize("accounts", [1, 2])
def test_many_calls_on_few_accounts_are_all_counted(accounts: int) -> None:
    long = {"params.hours.selling_per_call": 0.05, "territory.north.travel_hours": 0.0, "params.hours.contract": 80.0}
    state = (
        Market("tiny", seed=1, weeks=1, overrides={**long, "policy.coverage.accounts_per_rep": accounts}).run().state
    )
    assert state.reps.calls.max() > 255 * accounts
    assert state.diary.visits.sum() == state.reps.calls.sum()


def test_routines_that_do_not_fit_a_reps_week_neither_happen_nor_teach_nor_cost() -> None:
    crowded = {f"policy.routines.{name}_hours": 20.0 for name in ("meeting", "form", "training")}
    state = Market("tiny", seed=1, weeks=2, overrides=crowded).run().state
    room = 40.0 * 0.9 - 7.0
    spent = state.books.hours.spent[0]
    here = state.books.hours.available[0] > 0
    np.testing.assert_allclose(spent[Use.MEETINGS, here], 20.0, rtol=1e-6)
    np.testing.assert_allclose(spent[Use.FORMS, here], room - 20.0, rtol=1e-6)
    assert not spent[Use.TRAINING].any()
    assert not state.reps.trained.any()
    assert not state.ledger.book[:, 0, Account.TRAINING].any()


# ---- people -----------------------------------------------------------------------------------------------------------


def after_people(seed: int = 1, **overrides: float) -> tuple[MarketState, dict[str, np.ndarray]]:
    market = Market("tiny", seed=seed, overrides={f"params.people.{k}": v for k, v in overrides.items()})
    state = until("people", market)
    lent = ("coached", "carry", "tenure", "form_use", "variable_share")
    with state.lend(("customers.relationship", *(f"reps.{name}" for name in lent))):
        state.customers.relationship[:] = 0.5
        state.reps.coached[:] = 9.0
        state.reps.carry[:] = 0.5
        state.reps.form_use[:] = 0.9
        state.reps.variable_share[:] = 0.7
        state.reps.tenure[state.reps.active] = 40
    before = {name: getattr(state.reps, name).copy() for name in state.reps}
    with state.lend(writes("people")):
        people(state)
    return state, before


def test_nobody_leaves_at_a_hazard_of_zero() -> None:
    state, before = after_people(quit_probability=0.0)
    np.testing.assert_array_equal(state.reps.active, before["active"])
    np.testing.assert_array_equal(state.reps.tenure, before["tenure"] + before["active"])
    assert (state.customers.relationship == 0.5).all()


def test_a_leaver_takes_part_of_the_relationship_along() -> None:
    state, before = after_people(9, quit_probability=0.99, quit_motivation=10.0, vacancy=104.0, relationship_lost=0.3)
    left = before["active"] & ~state.reps.active
    assert left.any() and not left[before["active"]].all()
    rep = state.knowledge.rep
    theirs = (rep >= 0) & left[rep]
    np.testing.assert_allclose(state.customers.relationship[theirs], 0.35)
    np.testing.assert_allclose(state.customers.relationship[~theirs], 0.5)
    np.testing.assert_array_equal(state.record["quits"][0], np.bincount(state.reps.team[left], minlength=2))


def test_a_newcomer_starts_from_scratch() -> None:
    state, before = after_people(9, quit_probability=0.99, quit_motivation=10.0, vacancy=0.0)
    new = state.reps.hires > before["hires"]
    assert new.any()
    assert state.reps.active[new].all()
    for name in ("tenure", "coached", "trained", "feedback", "carry"):
        assert not getattr(state.reps, name)[new].any(), name
    np.testing.assert_array_equal(state.reps.skill[new], state.reps.ability[new])
    np.testing.assert_array_equal(state.reps.motivation[new], state.reps.zeal[new])
    start = Market("tiny", seed=9).state.reps
    for name in ("alignment", "form_use", "variable_share"):
        np.testing.assert_array_equal(getattr(state.reps, name)[new], getattr(start, name)[new], err_msg=name)
        np.testing.assert_array_equal(getattr(state.reps, name)[~new], before[name][~new], err_msg=name)
    assert (state.reps.ability[new] != before["ability"][new]).all()
    assert state.ledger.book[1, 0, Account.HIRING] == new.sum() * state.params.people.hiring_cost
    stayed = state.reps.active & ~new
    np.testing.assert_array_equal(state.reps.ability[stayed], before["ability"][stayed])


def test_better_selection_hires_better_people() -> None:
    means = {}
    for validity in (0.0, 0.42):
        market = Market(
            "regional_plain",
            seed=1,
            customers=200,
            weeks=40,
            overrides={
                "params.people.quit_probability": 0.95,
                "params.people.vacancy": 0.0,
                "params.people.validity": validity,
            },
        ).run()
        hired = market.state.reps.hires > 0
        assert hired.sum() > 30
        means[validity] = market.state.reps.ability[hired].mean()
    assert abs(means[0.0]) < 0.35
    assert means[0.42] - means[0.0] == pytest.approx(0.42 * 1.163, abs=0.25)  # expected best of five applicants
