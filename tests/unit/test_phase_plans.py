"""The plan of the sales force: portfolios, accounts that change hands, positions that close – and what each costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.agents.market_department import MarketDepartment
from sim.errors import InputError
from sim.market import Market
from sim.phases.decide import decide
from sim.questions.coverage import Coverage
from sim.questions.coverage.by_turnover import ByTurnover
from sim.state import MarketState
from sim.views import FirmSeen
from tests.unit.part_weeks import until, writes

STAY = {"params.people.quit_probability": 0.0}


def planned(rep: np.ndarray, vacant: int | None = None, **overrides: Any) -> tuple[MarketState, np.ndarray]:
    """A tiny market whose accounts are with ``rep`` when the first plan is made; returns it and who had whom."""
    market = Market("tiny", seed=1, overrides={"policy.coverage.kind": "portfolios", **STAY, **overrides})
    state = until("decide", market)
    with state.lend(("knowledge.rep", "customers.relationship", "reps.active")):
        state.knowledge.rep[:] = rep
        state.customers.relationship[:] = 0.5
        if vacant is not None:
            state.reps.active[vacant] = False
            state.books.heads.leave(0, np.bincount([state.reps.team[vacant]], minlength=2))
    before = state.knowledge.rep.copy()
    with state.lend(writes("decide")):
        decide(state)
    return state, before


def portfolios(first: int, second: int, third: int) -> np.ndarray:
    """Accounts of the north's three reps; nobody else is served."""
    north = np.flatnonzero(Market("tiny", seed=1).state.customers.territory == 0)
    rep = np.full(600, -1)
    rep[north[: first + second + third]] = np.repeat([0, 1, 2], [first, second, third])
    return rep


#: A customer of the north, where the rep in row 3 works.
WHO = 598


# ---- accounts that change hands ---------------------------------------------------------------------------------------


def test_an_account_that_changes_hands_loses_part_of_its_relationship() -> None:
    state, before = planned(portfolios(60, 60, 0))
    after = state.knowledge.rep
    assert np.bincount(after[after >= 0], minlength=3)[:3].tolist() == [40, 40, 40]
    moved = (before >= 0) & (after != before)
    assert (after[moved] == 2).all()
    lost = state.params.people.relationship_lost
    np.testing.assert_allclose(state.customers.relationship[moved], 0.5 * (1 - lost))
    assert (state.customers.relationship[~moved] == np.float32(0.5)).all()


def test_control_who_keeps_the_rep_or_never_had_one_pays_nothing() -> None:
    state, before = planned(portfolios(40, 40, 40))
    np.testing.assert_array_equal(state.knowledge.rep, before)
    assert (state.customers.relationship == np.float32(0.5)).all()
    fresh, before = planned(np.full(600, -1), **{"policy.coverage.kind": "by_turnover"})
    assert (fresh.knowledge.rep >= 0).any() and (before < 0).all()
    assert (fresh.customers.relationship == np.float32(0.5)).all()


def test_nobody_is_sent_to_a_customer_whom_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was asked in a survey of needs has a row in the view, but no name: a rep cannot be sent there."""

    def to_the_last(self: ByTurnover, seen: FirmSeen) -> Coverage:
        last = np.arange(len(seen.customers.key)) == len(seen.customers.key) - 1
        return Coverage(rep=np.where(last, 3, -1), norm=np.zeros(len(last)))

    state = until("decide", Market("tiny", seed=1, overrides={"policy.coverage.kind": "by_turnover", **STAY}))
    monkeypatch.setattr(ByTurnover, "answer", to_the_last)
    assert state.customers.territory[WHO] == state.reps.territory[3]
    state.headquarters.stated_needs = np.full((600, 2), np.nan, dtype=np.float32)
    state.headquarters.stated_needs[WHO] = 1.0
    for known in (True, False):
        with state.lend(("knowledge.known", "knowledge.rep")):
            state.knowledge.known[:], state.knowledge.rep[:] = False, -1
            state.knowledge.known[WHO] = known
        if known:
            assert MarketDepartment.decide_coverage(state) is not None
            continue
        with pytest.raises(InputError, match="a customer nobody knows"):
            MarketDepartment.decide_coverage(state)


def test_a_leavers_accounts_have_paid_when_the_leaver_left() -> None:
    state, before = planned(portfolios(40, 40, 40), vacant=1)
    orphans = before == 1
    assert np.isin(state.knowledge.rep[orphans], [0, 2]).all()
    assert (state.customers.relationship == np.float32(0.5)).all()


def test_added_reps_get_as_many_accounts_as_the_others_at_the_next_plan() -> None:
    """Six more reps in a market of twenty accounts each: at the first plan with them, nobody is left without."""
    market = Market(
        "regional_plain",
        policy="uninformed",
        seed=1,
        customers=3_000,
        weeks=27,
        overrides={
            **STAY,
            "params.people.vacancy": 0.5,
            "policy.head_count.more": 6,
            "policy.coverage.accounts_per_rep": 20,
        },
    ).run()
    state = market.state
    assert state.reps.active.sum() == 48 + 6
    held = np.bincount(state.knowledge.rep[state.knowledge.rep >= 0], minlength=len(state.reps))
    added = state.reps.active & np.array([name.endswith("-7") for name in market.names.reps])
    assert (held[added] >= 10).all()
    assert held[state.reps.active].min() >= 10
    assert not held[~state.reps.active].any()


def test_the_firm_expects_usual_calls_of_a_rep_who_is_new_in_a_new_position() -> None:
    market = Market("tiny", seed=1, weeks=1, overrides={"policy.head_count.extra": 1, "params.people.vacancy": 0.0})
    usual = market.state.reps.reported_calls.max()
    state = market.run().state
    added = state.reps.active & np.array([name.endswith("-4") for name in market.names.reps])
    assert added.sum() == 2
    np.testing.assert_array_equal(state.reps.reported_calls[added], usual)


# ---- positions that close ---------------------------------------------------------------------------------------------


def closed(weeks: int = 1, **overrides: Any) -> Market:
    """A tiny market that closes a position in each territory in its first week."""
    given = {"policy.head_count.extra": -1, **STAY, **overrides}
    market = Market("tiny", seed=1, weeks=weeks, overrides=given)
    with market.state.lend(("knowledge.rep", "customers.relationship")):
        rows = np.arange(600)
        market.state.knowledge.rep[:] = np.where(market.state.customers.territory == 0, rows % 3, 7 + rows % 3)
        market.state.customers.relationship[:] = 0.5
    return market


def test_closed_positions_send_their_people_home_at_once() -> None:
    market = closed()
    market.run_week()
    assert np.bincount(market.state.reps.territory[market.state.reps.position]).tolist() == [2, 2]
    assert market.state.books.heads.left[0].sum() == 2
    assert not (market.state.reps.active & ~market.state.reps.position).any()


def test_whoever_is_dismissed_is_paid() -> None:
    books = {}
    for weeks_of_salary in (0.0, 12.0):
        market = closed(**{"params.people.severance": weeks_of_salary})
        market.run_week()
        books[weeks_of_salary] = market.state.ledger
    paid = round(12 * 3_600_000 / 52)
    assert not books[0.0].book[1, 0, Account.SEVERANCE]
    assert books[12.0].book[1, 0, Account.SEVERANCE] == 2 * paid
    assert books[12.0].cut["territory"][1, :, Account.SEVERANCE].tolist() == [paid, paid]
    assert books[12.0].cut["team"][1, :, Account.SEVERANCE].tolist() == [paid, paid]
    for figure, sign in (("cost_to_sell", 1), ("contribution", -1)):
        difference = books[12.0].flows(figure)[0, 0] - books[0.0].flows(figure)[0, 0]
        assert difference == sign * 2 * paid, figure


def test_control_nobody_is_paid_for_leaving() -> None:
    market = Market("tiny", seed=1, weeks=8, overrides={"params.people.quit_probability": 0.99}).run()
    assert market.results.measure("quits").sum() > 0
    assert not market.state.ledger.book[:, 0, Account.SEVERANCE].any()


@pytest.mark.parametrize("lost", [0.0, 0.3])
def test_the_accounts_of_the_dismissed_lose_relationship_once(lost: float) -> None:
    state = until("decide", closed(**{"policy.coverage.kind": "portfolios", "params.people.relationship_lost": lost}))
    theirs = np.isin(state.knowledge.rep, [2, 9])
    with state.lend(writes("decide")):
        decide(state)
    np.testing.assert_allclose(state.customers.relationship[theirs], 0.5 * (1 - lost), rtol=1e-6)
    assert (state.customers.relationship[~theirs] == np.float32(0.5)).all()
    assert state.reps.active[state.knowledge.rep[theirs]].all(), "the plan of the same week deals them out"


def test_between_plans_nobody_calls_on_the_accounts_of_the_dismissed(tmp_path: Any) -> None:
    path = tmp_path / "close.toml"
    path.write_text(
        'extends = "tiny"\nweeks = 14\n[[change]]\nweek = 5\nset = { "policy.head_count.extra" = -1 }\n',
        encoding="utf-8",
    )
    market = Market(str(path), seed=1, overrides=STAY)
    while market.week < 5:
        market.step()
    state = market.state
    gone = np.isin(state.knowledge.rep, np.flatnonzero(~state.reps.active))
    assert gone.any()
    assert not state.diary.visits[gone].any()
    while market.week < 14:
        market.step()
    assert state.reps.active[state.knowledge.rep[state.knowledge.rep >= 0]].all()


def test_vacant_positions_are_closed_before_filled_ones() -> None:
    market = Market("tiny", seed=1, overrides={"policy.head_count.extra": -1, **STAY})
    state = until("decide", market)
    with state.lend(("reps.active",)):
        state.reps.active[0] = False
    state.books.heads.leave(0, np.array([1, 0]))
    with state.lend(writes("decide")):
        decide(state)
    north = state.reps.territory == 0
    assert np.flatnonzero(state.reps.position & north).tolist() == [1, 2]
    assert np.flatnonzero(state.reps.active & north).tolist() == [1, 2]
    assert len(state.today.decided.dismissed) == 1  # in the south, where nobody was missing
