"""What a call finds out: by what the customer buys from us, by the questions asked, and how records weigh it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.derived.expected_purchases import expected_purchases
from sim.market import Market
from sim.phases.look import enter_report
from sim.phases.work import _write_report, work
from sim.solvers.openness import error_of_report
from sim.state import MarketState, Report, Use
from sim.state.table import NEVER
from tests.market.runs import fingerprint, small
from tests.unit.part_weeks import until, writes

CLOSED: dict[str, Any] = {
    "params.database.potential_error": 0.3,
    "params.database.mark_error_of_call": 0.2,
    "params.database.stranger_error": 0.9,
    "params.database.stranger_mark_error": 0.5,
    "params.database.question_half": 0.25,
    "params.database.smoothing": "precision",
}


def reported(share: float, hours: float, **given: Any) -> tuple[MarketState, Report]:
    """A report of every customer, each buying ``share`` of its purchases from us, after ``hours`` of questions a call."""
    state = until("work", small(customers=8000, overrides={**CLOSED, **given}))
    rows = np.flatnonzero(expected_purchases(state) > 0)
    state.knowledge.fill({"rep": 0})
    state.diary.fill({"bought": share * expected_purchases(state)})
    state.reps.fill({"question_hours": hours})
    return state, _write_report(state, rows, np.zeros(len(rows)), 1)


@pytest.mark.parametrize(("share", "hours"), [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (0.0, 0.25), (0.0, 2.0), (0.7, 0.75)])
def test_the_error_of_a_report_is_that_of_the_formula(share: float, hours: float) -> None:
    """At share 0 and no questions √(.3² + .9²), at share 1 no more than .3, and .25 hours halve what strangers add."""
    state, report = reported(share, hours)
    closed = (1 - share) * 0.25 / (0.25 + hours)
    rows = report.rows
    potential = np.log(report.potential / expected_purchases(state, rows))
    assert report.marks is not None and report.doubt is not None
    marks = (report.marks - state.customers.marks[rows]) / state.numbers.mark_spread
    for found, least, stranger, column in ((potential, 0.3, 0.9, 0), (marks, 0.2, 0.5, 1)):
        expected = np.hypot(least, stranger * closed)
        four = 4 / np.sqrt(2 * found.size)
        np.testing.assert_allclose(found.std(), expected, rtol=four)
        np.testing.assert_allclose(report.doubt[:, column], expected, rtol=1e-5)
        assert error_of_report(least, stranger, share, hours, 0.25) == pytest.approx(expected)


def test_off_every_customer_is_as_open_as_any() -> None:
    given = {"params.database.stranger_error": 0.0, "params.database.stranger_mark_error": 0.0}
    spread = []
    for share in (0.0, 1.0):
        _, report = reported(share, 0.5, **given)
        spread.append(report.potential)
    np.testing.assert_array_equal(*spread)


def test_a_customer_that_buys_more_from_us_than_expected_is_open_and_no_more() -> None:
    assert error_of_report(0.3, 0.9, 1.7, 0.0, 0.25) == pytest.approx(0.3)


def test_questions_take_hours_of_calls_and_hours_balance() -> None:
    """Twice the hours for a call, half the calls; the hours are booked, and visits to distributors are as long as before."""
    asked = {}
    for hours in (0.0, 1.0):
        given = {"policy.routines.question_hours": hours, "policy.distributor_calls.kind": "fixed_hours"}
        market = small(weeks=6, overrides=given).run()
        state = market.state
        spent = state.books.hours.spent.sum(axis=(0, 2))
        asked[hours] = (market.results.measure("calls").sum(), spent, state)
    (calls, spent, _), (fewer, more, state) = asked[0.0], asked[1.0]
    per_call = state.params.hours.selling_per_call + np.mean([t.travel_hours for t in state.layout.territories])
    assert fewer / calls == pytest.approx(per_call / (per_call + 1.0), rel=0.08)
    assert spent[Use.QUESTIONS] == 0
    assert more[Use.QUESTIONS] == pytest.approx(fewer, rel=1e-6)
    assert more[Use.SELLING] == pytest.approx(fewer * state.params.hours.selling_per_call)
    assert more[Use.DISTRIBUTORS] == pytest.approx(spent[Use.DISTRIBUTORS], rel=0.05)


def test_without_questions_precision_and_strangers_a_market_is_the_old_one() -> None:
    """Half a dose means nothing where nobody is a stranger."""
    old = small(weeks=8).run()
    new = small(weeks=8, overrides={"params.database.question_half": 3.0, "params.database.ledger_lag": 9}).run()
    assert fingerprint(old) == fingerprint(new)


# ---- weighing ---------------------------------------------------------------------------------------------------------


def told(state: MarketState, week: int, potential: float, mark: float, doubt: tuple[float, float]) -> None:
    row, marks = np.array([7]), np.full((1, state.customers.marks.shape[1]), mark)
    nothing, never = np.zeros(1, np.float32), np.array([NEVER])
    report = Report(
        arrives=week,
        week=week,
        rows=row,
        value=nothing,
        orders=nothing,
        last_order=never,
        potential=np.array([potential], np.float32),
        marks=marks.astype(np.float32),
        doubt=np.array([doubt]),
    )
    names = "known value orders last_order confirmed potential marks described doubt"
    with state.lend(tuple(f"knowledge.{name}" for name in names.split())):
        enter_report(state, report, np.float32(1))


def fresh(drift: float = 0.0) -> MarketState:
    given = {**CLOSED, "params.database.drift": drift, "params.database.coverage_start": 0.0}
    return small(overrides=given).state


def test_reports_are_averaged_by_precision() -> None:
    """Errors 1 and .5: weights 1/5 and 4/5; the variance left is 1/(1 + 4)."""
    state, base = fresh(), None
    told(state, 1, 100.0, 2.0, (1.0, 1.0))
    base = state.knowledge
    assert base.potential[7] == pytest.approx(100.0)
    np.testing.assert_allclose(base.marks[7], 2.0)
    told(state, 2, 200.0, 4.0, (0.5, 0.5))
    assert np.log(base.potential[7] / 100.0) == pytest.approx(0.8 * np.log(2.0), rel=1e-5)
    np.testing.assert_allclose(base.marks[7], 3.6, rtol=1e-6)
    np.testing.assert_allclose(base.doubt[7], np.sqrt(0.2), rtol=1e-6)
    told(state, 3, 1e6, 100.0, (9.0, 9.0))  # a bad report hardly moves a good record
    assert base.potential[7] < 100.0 * 2**0.8 * 1.03
    assert base.marks[7].max() < 3.9


def test_what_is_known_of_purchases_ages_and_marks_do_not() -> None:
    state = fresh(drift=0.1)
    told(state, 0, 100.0, 2.0, (0.5, 0.5))
    told(state, 75, 200.0, 4.0, (1.0, 0.5))  # variance .25 + 75 · .01 = 1, as much as that of the report
    assert np.log(state.knowledge.potential[7] / 100.0) == pytest.approx(0.5 * np.log(2.0), rel=1e-5)
    np.testing.assert_allclose(state.knowledge.marks[7], 3.0, rtol=1e-6)


def test_a_report_without_error_is_believed() -> None:
    state = fresh()
    told(state, 1, 100.0, 2.0, (0.0, 0.0))
    told(state, 2, 300.0, 5.0, (0.0, 0.0))
    assert state.knowledge.potential[7] == pytest.approx(300.0)
    np.testing.assert_allclose(state.knowledge.marks[7], 5.0)


def test_repeated_calls_average_out_in_a_market() -> None:
    """With strangers, records weighed by precision are better than those of the latest report; control: one report each is alike."""
    error = {}
    for smoothing in ("latest", "precision"):
        given = {**CLOSED, "params.database.smoothing": smoothing, "params.database.drift": 0.01}
        state = small("deep_marketing", weeks=30, customers=800, overrides=given).run().state
        known = np.flatnonzero(np.isfinite(state.knowledge.potential))
        off = np.log(state.knowledge.potential[known] / expected_purchases(state, known))
        marks = np.nanmean(np.abs(state.knowledge.marks[known] - state.customers.marks[known]))
        error[smoothing] = (off.std(), marks)
    assert error["precision"][0] < 0.8 * error["latest"][0]
    assert error["precision"][1] < 0.8 * error["latest"][1]


def test_a_week_of_work_with_strangers_reports_what_questions_bring() -> None:
    """The hours are those of the rep who wrote the report."""
    for hours in (0.0, 1.0):
        given = {
            **CLOSED,
            "policy.routines.question_hours": hours,
            "policy.routines.form_hours": 3.0,
            "policy.gateway.contradiction": 0.0,
            "params.forms.start": 1.0,
            "params.forms.untruth": 0.0,
        }
        state = until("work", Market("regional_plain", seed=4, customers=4000, overrides=given))
        state.diary.fill({"bought": 0.0})
        with state.lend(writes("work")):
            work(state)
        (report,) = [report for report in state.mail.reports if report.marks is not None]
        found = np.log(report.potential / expected_purchases(state, report.rows))
        expected = np.hypot(0.3, 0.9 * 0.25 / (0.25 + hours))
        np.testing.assert_allclose(found.std(), expected, rtol=4 / np.sqrt(2 * len(found)))
