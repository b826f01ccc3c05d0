"""The customer database looked at: whom it covers, how old it is, how true; and reports smoothed on their way into it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market import Market
from sim.phases.look import look
from sim.phases.record import INSPECTED_EVERY, INSPECTION
from sim.quantity import retention_of_half_life
from sim.solvers.smoothing import optimal_gain
from sim.stages import Stage
from sim.state import MarketState, Report
from tests.market.runs import small
from tests.unit.part_weeks import writes


def test_an_inspection_counts_what_is_there_and_its_age() -> None:
    market = small("deep_marketing", weeks=13).run()
    state = market.state
    knowledge, customers, last = state.knowledge, state.customers, 12
    users = np.isin(customers.stage, (Stage.BUYER, Stage.LOYAL))
    age = last - np.maximum(knowledge.confirmed, 0)
    described = knowledge.known & np.isfinite(knowledge.marks).all(axis=1)
    error = np.abs(knowledge.marks - customers.marks)[described] / state.numbers.mark_spread
    expected = {
        "inspected_records": knowledge.known.sum(),
        "inspected_non_users": (~users).sum(),
        "user_records": (knowledge.known & users).sum(),
        "non_user_records": (knowledge.known & ~users).sum(),
        "key_accounts": (users & (knowledge.rep >= 0)).sum(),
        "stale_records": 0,
        "record_age_sum": age[knowledge.known].sum(),
        "mark_count": described.sum(),
        "mark_error_sum": error.mean(axis=1).sum(),
    }
    assert set(expected) == set(INSPECTION)
    for name, value in expected.items():
        assert market.results.measure(name)[last].sum() == pytest.approx(float(value), rel=1e-5), name
    assert 0 < expected["key_accounts"] < expected["user_records"] < expected["inspected_records"] < 1500


def test_what_was_found_holds_until_the_next_inspection() -> None:
    market = small(weeks=2 * INSPECTED_EVERY + 1, overrides={"params.database.stale_after": 5}).run()
    looks = [0, INSPECTED_EVERY - 1, 2 * INSPECTED_EVERY - 1]
    for name in INSPECTION:
        weekly = market.results.measure(name)
        for week in range(1, len(weekly)):
            if week not in looks:
                np.testing.assert_array_equal(weekly[week], weekly[week - 1], err_msg=name)
    stale = market.results.measure("stale_records").sum(axis=(1, 2))
    assert stale[0] == 0 < stale[looks[1]] < market.results.measure("records")[looks[1]].sum()


def test_key_accounts_are_distinguished_from_ordinary_users() -> None:
    market = small(weeks=13).run()
    own = [j in market.state.layout.own_offers for j in range(len(market.state.layout.offers))]
    sold = market.results.measure("sell_out_value")[..., own].sum()
    assert 0 < market.results.measure("key_account_value").sum() < sold
    nobody = small(weeks=13, overrides={"policy.head_count.extra": -6, "params.relationship.at_start": 0.0}).run()
    assert nobody.results.measure("key_account_value").sum() == 0
    assert nobody.results.measure("key_accounts").sum() == 0


# ---- smoothing ---------------------------------------------------------------------------------------------------------

OPTIMAL = {"params.database.smoothing": "optimal", "params.database.report_error": 0.4, "params.database.drift": 0.1}


def reported(value: float, *, week: int, exact: bool = False, **overrides: object) -> tuple[MarketState, float, float]:
    """One report of ``value`` for five records of 100 that were confirmed in week 4; the market in week 8, fading of one and of its delay."""
    state = Market("tiny", seed=1, overrides={**OPTIMAL, **overrides}).state
    rows, five = np.arange(5), np.full(5, value)
    state.knowledge.fill({"value": 100.0, "orders": 100.0, "potential": 100.0, "confirmed": 4, "described": 2})
    state.week = 8
    marks = np.full((5, 2), 7.0, dtype=np.float32)
    state.mail.reports = [Report(8, week, rows, five, five, np.full(5, week), five, None if exact else marks, exact)]
    with state.lend(writes("look")):
        look(state)
    keep = retention_of_half_life(state.params.database.memory)
    return state, keep, keep ** (8 - week)


def test_a_report_moves_a_record_by_the_gain_of_the_weeks_since_the_last() -> None:
    state, keep, delay = reported(300.0, week=6)
    ratio = (0.1 / 0.4) ** 2
    for name, old, new, gap in (
        ("value", 100.0 * keep, 300.0 * delay, 2),
        ("orders", 100.0 * keep, 300.0 * delay, 2),
        ("potential", 100.0, 300.0, 4),
    ):
        gain = float(optimal_gain(gap * ratio))
        assert 0.1 < gain < 0.6
        expected = np.exp(np.log(old) + gain * (np.log(new) - np.log(old)))
        np.testing.assert_allclose(getattr(state.knowledge, name)[:5], expected, rtol=1e-5, err_msg=name)
    assert (state.knowledge.marks[:5] == 7.0).all()
    assert (state.knowledge.confirmed[:5] == 6).all()


def test_control_the_latest_report_takes_the_place_of_the_record() -> None:
    state, _, delay = reported(300.0, week=6, **{"params.database.smoothing": "latest"})
    np.testing.assert_allclose(state.knowledge.value[:5], 300.0 * delay, rtol=1e-5)
    assert (state.knowledge.potential[:5] == 300.0).all()


def test_what_is_exact_or_nothing_is_not_smoothed() -> None:
    state, _, delay = reported(300.0, week=6, exact=True)
    np.testing.assert_allclose(state.knowledge.value[:5], 300.0 * delay, rtol=1e-5)
    state, _, _ = reported(0.0, week=6)
    assert (state.knowledge.value[:5] == 0.0).all()
    state, _, _ = reported(300.0, week=3)
    assert (state.knowledge.value[5] == state.knowledge.value[:5]).all(), "older than the record"


def test_smoothing_pays_where_reports_are_poor_and_costs_where_they_are_true() -> None:
    """Accounts seen often by reps whose forms nobody uses, and by reps whose forms are true; nobody shares data."""
    poor = {"policy.gateway.contradiction": 0.8, "policy.gateway.delay": 1, "params.forms.untruth": 0.0}
    good = {**poor, "policy.gateway.contradiction": 0.0}
    error = {}
    for name, line in (("poor", poor), ("good", good)):
        for smoothing in ("latest", "optimal"):
            given = {**line, "params.database.smoothing": smoothing, "params.database.report_error": 0.8}
            market = small(weeks=40, overrides=given).run()
            known = market.state.knowledge.rep >= 0
            value, truth = market.state.knowledge.value[known], market.state.diary.bought[known]
            both = (value > 0) & (truth > 0)
            error[name, smoothing] = float(np.abs(np.log(value[both] / truth[both])).mean())
    assert error["poor", "optimal"] < 0.9 * error["poor", "latest"]
    assert error["good", "optimal"] > error["good", "latest"]
