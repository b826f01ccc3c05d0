"""The way of a report: what reps write up of the accounts they visited, and what enters the database when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.derived.expected_purchases import expected_purchases
from sim.market import Market
from sim.phases.look import look, send_shared_data
from sim.phases.work import work
from sim.quantity import retention_of_half_life
from sim.rng import Decision
from sim.state import MarketState, Report
from sim.state.table import NEVER
from tests.unit.part_weeks import until, writes

# ---- work -------------------------------------------------------------------------------------------------------------


def test_reports_take_the_gateways_delay_and_may_get_lost() -> None:
    def sent(**overrides: float) -> MarketState:
        given = {
            "params.forms.start": 1.0,
            "policy.routines.form_hours": 2.0,
            **{k.replace("__", "."): v for k, v in overrides.items()},
        }
        state = until("work", Market("tiny", seed=1, overrides=given))
        with state.lend(writes("work")):
            work(state)
        return state

    state = sent(policy__gateway__loss=0.0, policy__gateway__delay=3)
    rows = np.concatenate([report.rows for report in state.mail.reports])
    assert all(report.arrives == 3 for report in state.mail.reports)
    written = len(rows) / len(state.today.worked.visited)
    assert written > 0.9  # forms are in full use and there is time for all of them
    assert np.isin(rows, state.today.worked.visited).all()
    assert not sent(policy__gateway__loss=1.0).mail.reports
    hasty = sent(policy__gateway__loss=0.0, policy__gateway__delay=0)
    assert all(report.arrives == 1 for report in hasty.mail.reports)  # never in the same week
    assert not sent(params__forms__start=0.0, params__forms__speed=0.001, policy__routines__form_hours=0.0).mail.reports


@pytest.mark.parametrize("companies", [1, 4])
def test_the_time_for_forms_is_divided_among_companies(companies: int) -> None:
    """Half an hour for each company's forms writes up half of the visits; a shared pile of forms would write up more."""
    given = {
        "params.forms.start": 1.0,
        "params.forms.speed": 0.001,
        "policy.routines.form_hours": 0.5,
        "policy.gateway.companies": companies,
    }
    state = until("work", Market("tiny", seed=1, overrides=given))
    with state.lend(writes("work")):
        work(state)
    rows = state.today.worked.visited
    used = state.reps.form_use[state.knowledge.rep[rows]]
    written = state.luck(Decision.FORM).uniform(state.customers.key[rows]) < 0.5 * used
    assert 0 < written.sum() < len(rows)
    assert state.record["reports_written"][0].sum() == written.sum()


def errors(**overrides: Any) -> dict[str, np.ndarray]:
    """Log errors of what reports say of customers who have bought from us, in a market of many visits."""
    given = {
        "params.forms.speed": 0.001,
        "policy.routines.form_hours": 2.0,
        "policy.gateway.loss": 0.0,
        **{name.replace("__", "."): value for name, value in overrides.items()},
    }
    market = Market("regional_plain", seed=1, customers=20_000, overrides=given)
    state = until("work", market)
    with state.lend(writes("work")):
        work(state)
    reported = {
        name: np.concatenate([getattr(r, name) for r in state.mail.reports])
        for name in ("rows", "value", "orders", "potential")
    }
    rows = reported["rows"]
    assert len(rows) > 300
    truth = {
        "value": state.diary.bought[rows],
        "orders": state.diary.ordered[rows],
        "potential": expected_purchases(state, rows),
    }
    bought = truth["value"] > 0
    return {name: np.log(reported[name][bought] / values[bought]) for name, values in truth.items()}


def test_reps_who_do_not_use_forms_report_less_truth_of_everything() -> None:
    """Log errors at half use of forms: untruth 1.2 × ½ = .6 and a contradiction of .8 make 1; potential has its own .3."""
    half = errors(params__forms__start=0.5, params__forms__untruth=1.2, policy__gateway__contradiction=0.8)
    assert half["value"].std() == pytest.approx(1.0, rel=0.1)
    assert half["orders"].std() == pytest.approx(1.0, rel=0.1)
    assert half["potential"].std() == pytest.approx(np.hypot(1.0, 0.3), rel=0.1)
    together = np.corrcoef(list(half.values()))
    np.testing.assert_allclose(together, np.eye(3), atol=0.2, err_msg="each number has an error of its own")


def test_control_forms_in_full_use_at_one_gateway_tell_what_reps_know() -> None:
    full = errors(params__forms__start=1.0, params__forms__untruth=0.0, policy__gateway__contradiction=0.0)
    assert full["value"].std() == pytest.approx(0.0, abs=1e-5)
    assert full["orders"].std() == pytest.approx(0.0, abs=1e-5)
    assert full["potential"].std() == pytest.approx(0.3, rel=0.1)


# ---- look -------------------------------------------------------------------------------------------------------------


def test_a_report_enters_the_records_of_its_customers_and_no_others() -> None:
    state = Market("tiny", seed=1).state
    state.week = 5
    rows = np.flatnonzero(~state.knowledge.known)[:3]
    others = np.setdiff1d(np.arange(600), rows)
    before = {name: getattr(state.knowledge, name).copy() for name in state.knowledge}
    marks = np.full((3, 2), 7.0, dtype=np.float32)
    report = Report(
        5,
        3,
        rows,
        np.array([100.0, 200.0, 300.0]),
        np.ones(3),
        np.array([2, NEVER, 3]),
        np.array([np.nan, 50.0, np.nan]),
        marks,
    )
    late = Report(6, 3, rows, np.zeros(3), np.zeros(3), np.full(3, NEVER), np.full(3, np.nan), None)
    state.mail.reports = [report, late]
    with state.lend(writes("look")):
        look(state)
    keep = retention_of_half_life(state.params.database.memory)
    known = state.knowledge
    assert known.known[rows].all()
    np.testing.assert_allclose(known.value[rows], np.array([100.0, 200.0, 300.0]) * keep**2, rtol=1e-5)  # two weeks old
    np.testing.assert_allclose(known.value[others], before["value"][others] * keep, rtol=1e-5)
    assert known.last_order[rows].tolist() == [2, NEVER, 3]
    np.testing.assert_array_equal(np.isfinite(known.potential[rows]), [False, True, False])
    np.testing.assert_array_equal(known.confirmed[rows], 3)
    np.testing.assert_array_equal(known.marks[rows], marks)
    for name in ("known", "confirmed", "last_order", "label"):
        np.testing.assert_array_equal(getattr(known, name)[others], before[name][others])
    assert state.mail.reports == [late]


def test_only_distributors_who_share_send_data_of_their_own_customers() -> None:
    state = Market("tiny", seed=1).state
    send_shared_data(state)
    assert not state.mail.reports
    with state.lend(("distributors.shares_data",)):
        state.distributors.shares_data[:] = [False, True]
    send_shared_data(state)
    report = state.mail.reports[0]
    users = (state.customers.distributor == 1) & (state.customers.last_order != NEVER)
    np.testing.assert_array_equal(report.rows, np.flatnonzero(users))
    assert report.arrives == 1
    np.testing.assert_array_equal(report.value, state.diary.bought[report.rows])


def report_of(week: int, rows: np.ndarray, says: float, *, by_rep: bool = True, arrives: int = 9) -> Report:
    """A report of ``week`` that says the same number everywhere; distributors say nothing of potential and marks."""
    numbers = np.full(len(rows), says)
    silent = np.full(len(rows), np.nan)
    marks = np.full((len(rows), 2), says, dtype=np.float32) if by_rep else None
    return Report(arrives, week, rows, numbers, numbers, np.full(len(rows), week), numbers if by_rep else silent, marks)


def looked(*reports: Report) -> tuple[MarketState, float]:
    """A market in week 9 when ``reports`` have arrived in this order; and what a week's fading leaves."""
    state = Market("tiny", seed=1).state
    state.week = 9
    state.mail.reports = list(reports)
    with state.lend(writes("look")):
        look(state)
    return state, retention_of_half_life(state.params.database.memory)


def test_an_old_report_does_not_overwrite_a_newer_one() -> None:
    rows = np.arange(5)
    state, keep = looked(report_of(6, rows, 60.0), report_of(3, rows, 30.0))
    known = state.knowledge
    np.testing.assert_allclose(known.value[rows], 60.0 * keep**3, rtol=1e-5)
    np.testing.assert_allclose(known.orders[rows], 60.0 * keep**3, rtol=1e-5)
    for name in ("potential", "marks"):
        assert (getattr(known, name)[rows] == 60.0).all(), name
    assert (known.confirmed[rows] == 6).all()
    assert (known.last_order[rows] == 6).all()


def test_control_a_report_of_the_first_week_counts_for_old_and_new_records() -> None:
    state = Market("tiny", seed=1).state
    assert state.knowledge.known.any() and not state.knowledge.known.all()
    found, keep = looked(report_of(0, np.arange(600), 10.0))
    np.testing.assert_allclose(found.knowledge.value, 10.0 * keep**9, rtol=1e-5)
    assert (found.knowledge.marks == 10.0).all()
    assert (found.knowledge.potential == 10.0).all()


def test_news_of_sales_does_not_keep_out_what_only_reps_can_tell() -> None:
    """Shared sell-out says nothing of potential and marks: a rep's older report is still the latest that does."""
    rows = np.arange(5)
    state, keep = looked(report_of(8, rows, 80.0, by_rep=False), report_of(5, rows, 50.0))
    np.testing.assert_allclose(state.knowledge.value[rows], 80.0 * keep, rtol=1e-5)
    assert (state.knowledge.potential[rows] == 50.0).all()
    assert (state.knowledge.marks[rows] == 50.0).all()
