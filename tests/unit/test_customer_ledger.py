"""The customer ledger: our own books name buyers and what they bought from us, where the departments use them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.agents.headquarters import Headquarters
from sim.market import Market
from sim.phases.look import look
from sim.quantity import WEEKS_PER_YEAR, retention_of_half_life
from sim.rng import Decision
from sim.state import MarketState, Report
from sim.state.table import NEVER
from tests.market.runs import LEFT_ALONE, small
from tests.market.test_order_of_rows import tables, written
from tests.unit.part_weeks import until, writes

SHARE = "params.database.ledger_share"
#: Nobody is known at the start, no rep calls, no distributor shares data, no paper names anyone: only the books do.
SILENT: dict[str, Any] = {
    "sales_force.reps_per_territory": 0,
    "params.database.coverage_start": 0.0,
    "params.database.sharing_every": 52,
    "params.channel.trust_start": 0.0,
    "params.database.own_papers": False,
    "params.database.ledger_error": 0.0,
}


def run(weeks: int = 12, policy: str = "status_quo", **given: Any) -> MarketState:
    return small(policy, weeks=weeks, overrides=SILENT | given).run().state


def columns(state: MarketState) -> dict[str, bytes]:
    """Everything a market is, but the column that says whom the books name."""
    tables = {
        f"{table}.{column}": np.ascontiguousarray(getattr(rows, column)).tobytes()
        for table, rows in state.tables().items()
        for column in rows
        if column != "in_books"
    }
    tables |= {"books": state.ledger.book.tobytes()}
    tables |= {name: state.record[name].tobytes() for name in state.record.measures}
    return {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()}


def test_off_has_no_column_and_asks_nobody() -> None:
    state = small(weeks=2).run().state
    assert state.knowledge.in_books.shape[1] == 0
    assert state.knowledge.doubt.shape[1] == 0
    assert len(state.headquarters.ledger_since) == 0
    assert state.today.looked.ledger is None


@pytest.mark.parametrize("policy", ["uninformed", "abc"])
def test_a_company_that_does_not_use_its_books_is_in_the_market_without_them(policy: str) -> None:
    """Bit for bit; so the uninformed know exactly what companies knew before there were books."""
    without, unused = (small(policy, overrides={SHARE: share}).run().state for share in (0.0, 0.9))
    assert unused.knowledge.in_books.sum() > 0
    assert columns(without) == columns(unused)


def test_the_uninformed_do_what_the_status_quo_did_before_there_were_books() -> None:
    by_turnover = {"policy.coverage.kind": "by_turnover", "policy.coverage.accounts_per_rep": 62}
    before = small("status_quo", overrides={**by_turnover, **LEFT_ALONE})
    assert columns(small("uninformed").run().state) == columns(before.run().state)


def test_control_books_in_use_are_another_market() -> None:
    assert columns(small(overrides={SHARE: 0.9}).run().state) != columns(small().run().state)


def test_the_books_never_know_a_customer_who_never_bought_from_us() -> None:
    state = run(**{SHARE: 0.6})
    known, named = state.knowledge.known, state.knowledge.in_books[:, 0]
    bought = state.customers.last_order != NEVER
    assert 0.55 < named.mean() < 0.65
    assert (named & ~bought).sum() > 50
    assert not known[~bought].any()
    assert not known[~named].any()
    # Who bought in the last week is entered in the next one.
    assert known[named & bought & (state.customers.last_order < state.week - 1)].all()
    seen = Headquarters.see(state, Decision.POLICY).customers
    assert len(seen) == known.sum() < bought.sum()
    # Books say what was bought, not what customers are like or buy elsewhere.
    assert np.isnan(state.knowledge.marks[known]).all()
    assert np.isnan(state.knowledge.potential[known]).all()


def test_buyers_are_known_before_the_first_decision_with_the_error_of_the_books() -> None:
    market = small(overrides={**SILENT, SHARE: 1.0, "params.database.ledger_error": 0.3})
    state = until("look", market)
    with state.lend(writes("look")):
        look(state)
    buyers = state.customers.last_order != NEVER
    np.testing.assert_array_equal(state.knowledge.known, buyers)
    rows = np.flatnonzero(buyers & (state.diary.bought > 0))
    keep = retention_of_half_life(state.params.database.memory)  # books as of last week
    error = np.log(state.knowledge.value[rows] / state.diary.bought[rows] / keep)
    np.testing.assert_allclose(error.std(), 0.3, rtol=4 / np.sqrt(2 * len(rows)))
    assert abs(error.mean()) < 4 * 0.3 / np.sqrt(len(rows))
    np.testing.assert_array_equal(state.knowledge.last_order[rows], state.customers.last_order[rows])
    other = np.log(state.knowledge.orders[rows] / state.diary.ordered[rows])
    assert abs(np.corrcoef(error, other)[0, 1]) < 5 / np.sqrt(len(rows))


@pytest.mark.parametrize("lag", [1, 5])
def test_entries_are_the_running_average_of_what_was_bought(lag: int) -> None:
    """As reps have it in their diaries, late by the lag; installations and what is made to order are not counted twice."""
    given = {SHARE: 1.0, "params.database.ledger_lag": lag, "params.database.own_papers": True}
    state = run(30, **given)
    entered = np.flatnonzero((state.knowledge.value > 0) & (state.customers.last_order < state.week - lag))
    assert len(entered) > 100
    np.testing.assert_allclose(state.knowledge.value[entered], state.diary.bought[entered], rtol=1e-3)
    np.testing.assert_allclose(state.knowledge.orders[entered], state.diary.ordered[entered], rtol=1e-3)
    late = (state.customers.last_order >= state.week - lag) & (state.customers.last_order >= 0)
    assert (state.knowledge.last_order[late] < state.customers.last_order[late]).any()


def test_a_report_does_not_take_the_place_of_what_the_books_say() -> None:
    """Reps who write anything, lists that contradict each other: purchases from us stay as the books have them."""
    given = {"params.forms.untruth": 3.0, "params.database.ledger_error": 0.0, "policy.gateway.contradiction": 1.0}
    for share, low, high in ((1.0, 0.0, 1e-3), (0.0, 0.2, 9.0)):
        state = small(weeks=20, overrides={**given, SHARE: share}).run().state
        last = state.customers.last_order
        rows = np.flatnonzero((state.knowledge.value > 0) & (state.diary.bought > 0) & (last < state.week - 1))
        error = np.abs(np.log(state.knowledge.value[rows] / state.diary.bought[rows]))
        assert low <= error.mean() < high, share
        # Reps are still the only ones who find out what customers buy elsewhere.
        assert np.isfinite(state.knowledge.potential).sum() > 100


def test_keeping_the_ledger_costs_what_the_rule_says() -> None:
    free, paid = (
        small(weeks=6, overrides={SHARE: 0.5, "policy.ledger.upkeep": upkeep}).run().state for upkeep in (0, 5200)
    )
    last = paid.weeks  # books have a row for the opening balance
    extra = paid.ledger.book[last, 0, Account.DATABASE] - free.ledger.book[last, 0, Account.DATABASE]
    entered = paid.knowledge.in_books[:, 0] & (paid.knowledge.last_order != NEVER)
    assert entered.sum() > 50
    territories = len(paid.layout.territories)
    assert extra == pytest.approx(entered.sum() * 5200 / WEEKS_PER_YEAR, abs=territories)


def opened(path: Path, *changes: tuple[int, str]) -> Market:
    """A silent market of the uninformed in which territories change their policies; not yet run."""
    text = """
extends = "regional_plain"
weeks = 8
[params.database]
ledger_share = 1.0
ledger_error = 0.0
ledger_lag = 3
coverage_start = 0.0
own_papers = false
[sales_force]
reps_per_territory = 0
[params.channel]
trust_start = 0.0
"""
    for week, policy in changes:
        text += f'[[change]]\nweek = {week}\nterritories = ["north"]\npolicy = "{policy}"\n'
    path.write_text(text, encoding="utf-8")
    return Market(str(path), seed=3, customers=1500, policy="uninformed")


def test_books_are_opened_by_territory(tmp_path: Path) -> None:
    market = opened(tmp_path / "open.toml", (4, "status_quo"))
    state = market.state
    north = state.customers.territory == [t.name for t in state.layout.territories].index("north")
    while market.week < 3:
        market.step()
    assert not state.knowledge.known.any()
    bought = north & (state.customers.last_order != NEVER)
    market.step()
    np.testing.assert_array_equal(state.knowledge.known, bought)
    assert bought.sum() > 20


def test_books_closed_and_opened_again_count_nothing_twice(tmp_path: Path) -> None:
    """Entries that were on their way meanwhile are in the books that are opened."""
    once = opened(tmp_path / "once.toml", (6, "status_quo")).run().state
    again = opened(tmp_path / "again.toml", (2, "status_quo"), (5, "uninformed"), (6, "status_quo")).run().state
    np.testing.assert_array_equal(once.diary.bought, again.diary.bought)
    both = once.knowledge.known & again.knowledge.known
    assert both.sum() > 20
    np.testing.assert_array_equal(once.knowledge.value[both], again.knowledge.value[both])


def test_a_paper_on_its_way_when_the_books_are_opened_is_not_counted_twice() -> None:
    """The opened books have what it reports."""
    market = small(weeks=2, overrides={**SILENT, SHARE: 1.0})
    state = until("look", market)
    row = np.flatnonzero(state.customers.last_order != NEVER)[:1]
    value, nan = np.array([1e6], np.float32), np.full(1, np.nan, np.float32)
    paper = Report(0, -1, row, value, value, np.array([-1]), nan, None, exact=True, adds=True)
    state.mail.reports.append(paper)
    with state.lend(writes("look")):
        look(state)
    keep = retention_of_half_life(state.params.database.memory)
    assert state.knowledge.value[row] == pytest.approx(state.diary.bought[row] * keep, rel=1e-6)


def test_the_order_of_customers_in_a_file_says_nothing(tmp_path: Path) -> None:
    found = []
    given = {
        SHARE: 0.6,
        "params.database.stranger_error": 0.8,
        "params.database.stranger_mark_error": 0.3,
        "params.database.smoothing": "precision",
        "policy.routines.question_hours": 0.2,
    }
    for turned in (False, True):
        table = tables()
        if turned:
            table["customers"] = table["customers"].sample(frac=1, random_state=4)
        settings = {"policy": "status_quo", "overrides": given}
        found.append(columns(written(tmp_path / str(turned), table, **settings).run().state))
    assert found[0] == found[1]
