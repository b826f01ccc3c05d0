"""Own papers: what is made to order, installed or repaired shows headquarters who bought, by the line that reports take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from sim.market import Market
from sim.phases import own_papers
from sim.state import MarketState, Report
from sim.state.table import NEVER

#: Nobody is known at the start, no rep calls and no distributor shares data: papers are the only news.
SILENT: dict[str, Any] = {
    "world.customers": 1500,
    "sales_force.reps_per_territory": 0,
    "params.database.coverage_start": 0.0,
    "params.database.sharing_every": 52,
    "params.channel.trust_start": 0.0,
}


def run(weeks: int = 20, policy: str = "status_quo", **overrides: object) -> MarketState:
    given: Mapping[str, Any] = SILENT | overrides
    return Market("regional_plain", seed=3, policy=policy, weeks=weeks, overrides=given).run().state


def papers(state: MarketState) -> list[Report]:
    return [report for report in state.mail.reports if report.adds]


def test_papers_make_customers_known_and_off_is_gone() -> None:
    on, off = run(), run(**{"params.database.own_papers": False})
    assert not off.knowledge.known.any()
    assert not papers(off)
    known = on.knowledge.known
    assert 20 < known.sum() < len(known)
    assert (on.customers.last_order[known] != NEVER).all()
    assert (on.knowledge.last_order[known] <= on.customers.last_order[known]).all()
    # Papers say nothing of what customers are like, only of what they bought.
    assert np.isnan(on.knowledge.marks[known]).all()
    # Whether headquarters read them changes nothing for customers while nobody acts on it.
    np.testing.assert_array_equal(on.customers.last_order, off.customers.last_order)


def test_a_record_holds_what_papers_reported_and_never_more_than_was_bought() -> None:
    state = run(40, **{"brand.deepwell.users_at_start": 0.0, "world.customers": 8000})
    # What was bought this week reaches the database in the next; records lack what no paper reports.
    reported = np.flatnonzero((state.knowledge.value > 0) & (state.customers.last_order < state.weeks - 1))
    diary, record = state.diary.bought[reported], state.knowledge.value[reported]
    assert (record <= diary * (1 + 1e-4)).all()
    all_reported = np.isclose(state.knowledge.orders[reported], state.diary.ordered[reported], rtol=1e-4)
    assert all_reported.sum() > 5
    np.testing.assert_allclose(record[all_reported], diary[all_reported], rtol=1e-4)


@pytest.mark.parametrize(("confirmed", "added"), [(4, True), (5, True), (6, False)])
def test_what_a_later_record_has_already_is_not_added_again(confirmed: int, added: bool) -> None:
    from sim.phases.look import enter_report

    state = run(weeks=1)
    row = np.array([7])
    with state.lend(
        ("knowledge.known", "knowledge.value", "knowledge.orders", "knowledge.last_order", "knowledge.confirmed")
    ):
        state.knowledge.known[7], state.knowledge.confirmed[7] = True, confirmed
        state.knowledge.value[7], state.knowledge.orders[7] = 1000.0, 2.0
        value, orders = np.array([500.0], np.float32), np.array([1.0], np.float32)
        nan = np.full(1, np.nan, np.float32)
        enter_report(
            state, Report(6, 5, row, value, orders, np.array([5]), nan, None, exact=True, adds=True), np.float32(1)
        )
    assert state.knowledge.value[7] == (1500.0 if added else 1000.0)
    assert state.knowledge.orders[7] == (3.0 if added else 2.0)
    assert state.knowledge.confirmed[7] == confirmed
    assert state.knowledge.last_order[7] == 5


def test_papers_take_the_delay_of_the_line_and_get_lost_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Report] = []
    send = own_papers._send

    def watched(state: MarketState, *args: Any) -> None:
        before = len(state.mail.reports)
        send(state, *args)
        sent.extend(state.mail.reports[before:])

    monkeypatch.setattr(own_papers, "_send", watched)
    slow = run(**{"policy.gateway.delay": 5})
    assert sent
    assert all(report.arrives == report.week + 5 for report in sent)
    reported = sum(len(report.rows) for report in sent)
    sent.clear()
    poor = run(**{"policy.gateway.delay": 5, "policy.gateway.loss": 0.7})
    assert 0.15 < sum(len(report.rows) for report in sent) / reported < 0.45
    assert poor.knowledge.known.sum() < slow.knowledge.known.sum()
