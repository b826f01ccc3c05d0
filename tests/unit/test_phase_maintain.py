"""Upkeep, week by week: who waits how long, what it does to owners, what it costs, what designers hear, what reps learn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.derived.skill import product_knowledge, skill_of
from sim.errors import InputErrors
from sim.market import Market
from sim.phases.field_problems import _BY_ENGINEER, _BY_REP, _UNDERSTOOD, _luck
from sim.solvers.reliability import Wear, age_at_failure, expected_failures, fit_growth
from sim.state.upkeep import EngineerUse, Jobs, Problems

MANY = {"category.machine.failure_rate": 8.0}


def market(weeks: int = 26, policy: str | None = None, seed: int = 4, **overrides: Any) -> Market:
    given = {**MANY, **{name.replace("__", "."): value for name, value in overrides.items()}}
    return Market("tiny", seed=seed, weeks=weeks, policy=policy, overrides=given)


# ---- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [1.0, 2.5])
def test_the_age_of_a_failure_is_drawn_from_the_law_of_its_expectation(shape: float) -> None:
    """Expected failures up to the next are exponential with mean 1, up to the last too; both by inversion."""
    wear = Wear(np.float64(0.01), np.float64(300.0), np.float64(shape))
    luck = (np.arange(100_000) + 0.5) / 100_000
    now = expected_failures(200.0, wear)
    coming = expected_failures(age_at_failure(200.0, luck, wear), wear) - now
    np.testing.assert_allclose(coming, -np.log(luck), rtol=1e-6, atol=1e-9)
    last = age_at_failure(200.0, luck, wear, -1)
    before = last >= 0
    np.testing.assert_allclose(now - expected_failures(last[before], wear), -np.log(luck[before]), atol=1e-6)
    assert before.mean() == pytest.approx(1 - math.exp(-float(now)), abs=1e-4)
    assert np.isinf(age_at_failure(10.0, 0.5, Wear(np.float64(0), np.float64(1), np.float64(1))))


def test_owners_of_every_brand_see_failures_at_the_rate_of_the_category_and_the_brand() -> None:
    found = {}
    for factor in (1.0, 2.0):
        given = {
            **MANY,
            "brand.rival.failure_factor": factor,
            "params.technical.growth": 0.0,
            "policy.service.engineers": 99.0,
            "params.service.rival_wait": 0,
        }
        played = Market("tiny", seed=4, weeks=52, customers=3000, overrides=given)
        events, exposed = np.zeros(2), np.zeros(2)
        while played.running:
            owned = played.state.customers.owned[:, 0].copy()
            played.run_week()
            failed = played.state.customers.failed_week[:, 0] == played.state.week - 1
            for brand in range(2):
                events[brand] += (failed & (owned == brand)).sum()
                exposed[brand] += (owned == brand).sum()
        found[factor] = 52 * events / exposed
    # Weeks are whole: of several failures within a week one is seen.
    weekly = [52 * -math.expm1(-8.0 * f / 52) for f in (1.0, 2.0)]
    assert found[1.0] == pytest.approx([weekly[0]] * 2, rel=0.06)
    assert found[2.0] == pytest.approx(weekly, rel=0.06)


def test_harm_is_measured_against_the_usual_experience() -> None:
    """At the category's own rate failures of items past their first year harm by nothing on the mean; at others they do."""
    for factor, low, high, seeds in ((1.0, -0.03, 0.03, 10), (3.0, 0.08, 0.3, 1), (0.3, -0.3, -0.08, 1)):
        given = {"category.machine.failure_rate": 1.0, "brand.rival.failure_factor": factor}
        given["params.service.failure_harm"] = 1.0
        harms: list[float] = []
        for seed in range(4, 4 + seeds):
            played = Market("tiny", seed=seed, weeks=30, customers=8000, overrides=given)
            while played.running:
                played.run_week()
                in_use, state = played.state.today.maintained.in_use, played.state
                assert in_use is not None
                of_rival = (state.boards.offers.brand[in_use.offer] == 1) & (in_use.occasion < 176)
                of_rival &= state.customers.bought_week[in_use.customer, 0] < state.week - 53
                harms += list(state.upkeep.quality[1, 0] - in_use.performance[of_rival])
        assert len(harms) > 100
        assert low <= float(np.mean(harms)) <= high, factor


def test_a_consumable_cannot_fail() -> None:
    with pytest.raises(InputErrors, match="only what stays in use can fail"):
        Market("tiny", seed=1, overrides={"category.refill.failure_rate": 1.0})


# ---- service ----------------------------------------------------------------------------------------------------------


def test_with_ample_engineers_nobody_waits_and_without_any_everybody_does() -> None:
    ample, none = market(policy__service__engineers=50.0).run(), market(policy__service__engineers=0.0).run()
    assert not ample.results.measure("open_jobs").any()
    assert not ample.results.measure("repair_weeks_sum").any()
    assert not none.results.measure("repairs").any()
    assert none.results.measure("late_jobs").sum() > 0
    cards = [m.results.scorecard.set_index("kpi")["value"] for m in (ample, none)]
    assert cards[1]["satisfaction"] < cards[0]["satisfaction"] - 0.02
    assert np.isnan(cards[1]["repair_weeks"])


def test_fewer_engineers_mean_longer_waiting() -> None:
    waits = []
    for engineers in (1.0, 0.6, 0.45):
        played = market(policy__service__engineers=engineers).run()
        waits.append(played.results.scorecard.set_index("kpi").loc["repair_weeks", "value"])
    assert waits[0] < waits[1] < waits[2]


def test_segments_with_a_higher_level_wait_less() -> None:
    played = market(
        policy="deep_marketing",
        policy__service__kind="service_level",
        policy__service__levels=[0.0, 0.0, 0.0, 1.0],
        policy__service__least=0.4,
        policy__service__tolerance=0.9,
        policy__service__clear_weeks=52.0,
    )
    ages: dict[bool, list[int]] = {True: [], False: []}
    while played.running:
        played.run_week()
        jobs, state = played.state.upkeep.jobs, played.state
        ours = jobs.taken(jobs.brand == state.layout.own_brand)
        label = state.knowledge.label[ours.customer]
        for preferred in (True, False):
            some = (label == 4) == preferred
            ages[preferred] += (state.week - 1 - ours.since[some]).tolist()
    assert len(ages[False]) > 100
    assert np.sum(ages[True]) / max(len(ages[True]), 1) < 0.5 * np.mean(ages[False])


def test_what_is_bought_from_us_is_installed() -> None:
    played = market(policy__service__engineers=50.0).run()
    sold = played.results.measure("sell_out_units")[..., 0].sum()
    assert played.results.measure("installations").sum() == sold > 0


def test_rivals_owners_wait_their_usual_time_and_no_longer() -> None:
    waits = []
    for usual in (0, 3):
        played = market(10, params__service__rival_wait=usual)
        played.run()
        jobs = played.state.upkeep.jobs
        rivals = jobs.taken(jobs.brand == 1)
        waits.append(played.state.week - 1 - rivals.since)
    assert len(waits[0]) == 0
    assert waits[1].max() == 2


def test_waiting_hurts_the_more_the_longer_it_lasts() -> None:
    mild, strong = (market(policy__service__engineers=0.0, params__service__waiting_harm=h) for h in (0.0, 1.0))
    satisfied = [m.run().results.scorecard.set_index("kpi").loc["satisfaction", "value"] for m in (mild, strong)]
    assert satisfied[1] < satisfied[0] - 0.05


def test_who_is_never_served_gives_up_is_paid_and_looks_for_another() -> None:
    played = market(policy__service__engineers=0.0, params__service__patience=4)
    needs = 0
    while played.running:
        played.run_week()
        jobs, state = played.state.upkeep.jobs, played.state
        gone = jobs.taken(jobs.repair & (state.week - 1 - jobs.since >= 4))
        assert (state.customers.need_open[gone.customer] & 1).all()
        needs += len(gone)
    assert needs > 0
    given_up = played.results.measure("given_up").sum()
    booked = played.state.ledger.book[1:, 0, Account.SERVICE].sum()
    price = played.state.layout.offers[0].list_price
    assert 0.2 * given_up * price < booked < given_up * price


# ---- books ------------------------------------------------------------------------------------------------------------


def test_service_is_booked_to_the_minor_unit() -> None:
    calm = {"params.service.patience": 500, "params.service.parts": 0.02}
    given = {**MANY, **calm, "policy.service.engineers": 2.0}
    played = Market("tiny", seed=4, weeks=8, overrides=given).run()
    repairs = played.results.measure("repairs").sum(axis=1)
    staff = 2 * round(2.0 * 6_000_000 / 52)
    booked = played.state.ledger.book[1:, 0, Account.SERVICE]
    np.testing.assert_array_equal(booked, staff + repairs * round(0.02 * 100_000))
    assert (played.state.ledger.book[1:, 0, Account.TECHNICAL] == 2 * round(300_000 / 52 / 2)).all()


def test_engineers_who_come_and_go_cost_money() -> None:
    path = {"policy.service.engineers": 1.0, "params.service.parts": 0.0, "params.service.compensation": 0.0}
    played = Market("tiny", seed=4, weeks=3, overrides={**MANY, **path})
    played.run_week()
    with played.state.lend(("service.engineers",)):
        played.state.upkeep.service.engineers[:] = (0.5, 2.0)  # as if it had been so last week
    played.run_week()
    weekly = 6_000_000 / 52
    expected = 2 * round(weekly) + round(0.5 * 600_000) + round(12 * weekly)
    assert played.state.ledger.book[2, 0, Account.SERVICE] == expected


def test_what_is_written_up_takes_the_engineers_time() -> None:
    hours, repairs = [], []
    for share in (0.0, 1.0):
        played = market(3, policy__service__engineers=50.0, policy__technical__report_share=share).run()
        hours.append(played.state.upkeep.hours.spent[:, EngineerUse.JOBS].sum(axis=1))
        repairs.append(played.results.measure("repairs").sum(axis=1))
    np.testing.assert_array_equal(repairs[0], repairs[1])
    assert repairs[0].sum() > 5
    np.testing.assert_allclose(hours[1] - hours[0], 0.5 * repairs[0], atol=1e-9)


def test_requests_are_averaged_over_weeks() -> None:
    requests = {}
    for weight in (1.0, 0.1):
        played = market(6, params__service__request_smoothing=weight)
        requests[weight] = [played.run_week() or played.state.upkeep.service.requests.copy() for _ in range(6)]
    expected = requests[1.0][0]
    for asked, found in zip(requests[1.0][1:], requests[0.1][1:], strict=True):
        expected = 0.9 * expected + 0.1 * asked
        np.testing.assert_allclose(found, expected)
    assert np.ptp(requests[1.0]) > 0


# ---- what designers hear ----------------------------------------------------------------------------------------------


def reported_by_week(**overrides: Any) -> np.ndarray:
    played = market(40, policy__service__engineers=50.0, **overrides).run()
    return np.asarray(played.results.measure("problems_reported").sum(axis=1))


def test_problems_arrive_after_the_delay() -> None:
    first = [
        int(np.flatnonzero(reported_by_week(policy__technical__delay=d, params__technical__tellable=0))[0])
        for d in (0, 9)
    ]
    assert first == [0, 9]


def test_reps_tell_what_they_hear_as_far_as_forms_are_used_and_arrive() -> None:
    silent = {"policy__technical__report_share": 0.0, "policy__technical__delay": 0}
    by_reps = reported_by_week(**silent)
    assert by_reps.sum() > 0
    assert np.flatnonzero(by_reps)[0] >= 4  # the gateway's delay
    assert reported_by_week(**silent, policy__gateway__loss=1.0).sum() == 0
    assert reported_by_week(**silent, policy__routines__form_hours=0.0).sum() == 0
    assert reported_by_week(**silent, params__technical__tellable=0).sum() == 0


def test_two_open_problems_of_one_item_are_reported_or_not_independently() -> None:
    state = market().state
    state.week = 9
    customer, since = np.repeat(np.arange(200), 2), np.tile([6, 8], 200)
    both = Problems(customer, np.zeros_like(customer), since, np.ones(len(customer)))
    for way in (_BY_ENGINEER, _BY_REP, _UNDERSTOOD):
        earlier, later = _luck(state, both, way).reshape(-1, 2).T
        assert abs(np.corrcoef(earlier, later)[0, 1]) < 0.25


def test_hours_of_analysis_make_reports_understood() -> None:
    share = []
    for hours in (0.0, 1.0, 40.0):
        played = market(
            40,
            policy__service__engineers=50.0,
            policy__technical__kind="integrated",
            policy__technical__analysis_hours=hours,
            policy__technical__enough=1e12,
        ).run()
        share.append(
            played.results.measure("problems_understood").sum() / played.results.measure("problems_reported").sum()
        )
    assert share[0] == pytest.approx(0.2, abs=0.08)
    assert share[0] < share[1] < share[2]
    assert share[2] > 0.95


def test_analysis_ends_where_the_department_believes_the_design_to_be_good_enough() -> None:
    given = {"policy__technical__kind": "integrated", "policy__service__engineers": 50.0}
    keen, content = (market(30, **given, policy__technical__enough=e) for e in (1e12, 1.0))
    for played in (keen, content):
        played.run()
    hours = [m.state.upkeep.hours.spent[:, 1].sum() for m in (keen, content)]
    assert hours[0] > 0
    assert hours[1] == 0


def test_belief_is_made_of_reports_not_of_failures() -> None:
    played = market(20, policy__technical__delay=0, policy__service__engineers=50.0).run()
    row = played.state.upkeep.technical
    shape, mtbf = fit_growth(row.reports, row.log_hours, row.watched_from, row.fleet_hours)
    assert int(row.reports[0]) == played.results.measure("problems_reported").sum()
    assert int(row.reports[0]) < 0.6 * played.results.measure("failures").sum()
    assert float(row.believed_mtbf[0]) == pytest.approx(float(mtbf[0]), rel=0.3)
    assert np.isfinite(shape).all()


def test_what_is_understood_changes_nothing_where_designs_cannot_grow() -> None:
    dull, bright, control = (
        market(20, params__technical__growth=g, params__technical__understood_alone=u, policy__technical__delay=0)
        for g, u in ((0.0, 0.0), (0.0, 1.0), (0.9, 1.0))
    )
    for played in (dull, bright, control):
        played.run()
    assert bright.results.measure("problems_understood").sum() > dull.results.measure("problems_understood").sum()
    for column in ("failed_week", "satisfaction", "owned"):
        np.testing.assert_array_equal(getattr(dull.state.customers, column), getattr(bright.state.customers, column))
    np.testing.assert_array_equal(dull.state.ledger.book, bright.state.ledger.book)
    assert (control.state.customers.failed_week != bright.state.customers.failed_week).any()


def test_nothing_is_estimated_from_less_than_two_reports() -> None:
    shape, mtbf = fit_growth([0, 1, 2], [0.0, 4.0, 8.0], 0.0, 100.0)
    assert np.isnan(shape).tolist() == np.isnan(mtbf).tolist() == [True, True, False]


# ---- joint training ---------------------------------------------------------------------------------------------------

JOINT = {"policy__technical__kind": "integrated", "policy__service__engineers": 5.0}


def test_joint_training_takes_hours_and_makes_calls_worth_more() -> None:
    plain, taught = (
        market(20, **JOINT, policy__technical__training_hours=0.0),
        market(20, **JOINT, policy__technical__training_hours=1.0),
    )
    for played in (plain, taught):
        played.run()
    assert not product_knowledge(plain.state).any()
    there = taught.state.reps.active & (taught.state.reps.tenure > 15)
    knowledge = product_knowledge(taught.state)[there]
    assert 0.2 < knowledge.min() <= knowledge.max() < 0.62
    spent = [m.results.measure("hours_routine").sum() for m in (plain, taught)]
    assert spent[1] - spent[0] == pytest.approx(taught.results.measure("reps").sum(), rel=1e-6)
    assert taught.state.upkeep.hours.spent[:, 2].sum() == 2 * 20


def test_what_engineers_teach_adds_to_skill_under_the_same_ceiling() -> None:
    taught = market(6, **JOINT, policy="deep_marketing")
    taught.run()
    state = taught.state
    with state.lend(("reps.product_trained", "reps.trained", "reps.coached", "diary.visits")):
        state.reps.product_trained[:] = 1e6
        state.reps.trained[:], state.reps.coached[:] = 0.0, 0.0
        assert product_knowledge(state) == pytest.approx(0.62)
        state.reps.trained[:], state.reps.coached[:] = 1e6, 1e6
        rest = 0.8 * (1 - 0.62 / 0.8) * (1 - 0.36 / 0.8)
        assert product_knowledge(state) == pytest.approx(rest * 0.62 / 0.8)
        high = skill_of(state).copy()
        state.reps.product_trained[:] = 0.0
        assert (skill_of(state) < high).all()


def test_a_newcomer_has_not_been_taught() -> None:
    taught = market(20, **JOINT, policy__technical__training_hours=1.0, params__people__quit_probability=0.95)
    seen = 0
    while taught.running:
        taught.run_week()
        new = taught.state.reps.active & (taught.state.reps.tenure == 1) & (taught.state.reps.hires > 0)
        seen += new.sum()
        assert (taught.state.reps.product_trained[new] <= 1.0 + 1e-6).all()
    assert seen > 0


def test_no_jobs_are_no_rows() -> None:
    assert len(Jobs.none()) == 0
    assert len(Jobs.none().joined(Jobs.none())) == 0
