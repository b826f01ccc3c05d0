"""Hand-overs: who misses a rep, by how much, and that nobody pays twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from sim.derived.hand_overs import loss_of_leaving
from sim.errors import InputErrors
from sim.market import Market
from sim.phases.commands import carry_out_call_plans
from sim.phases.decide import decide
from sim.phases.labour_market import lose_relationship
from sim.phases.people import people
from sim.phases.spread import spread
from sim.quantity import retention_of_half_life
from sim.questions.coverage import Coverage
from sim.questions.coverage.portfolios import Portfolios
from sim.scenario import Scenario
from sim.solvers.hand_over import UNNOTICED, after_hand_over, healed, loss_at_once
from sim.state import Command, MarketState
from sim.views import FirmSeen
from tests.market.runs import fingerprint, small
from tests.unit.part_weeks import until, writes

LOSS = 0.154
ON: dict[str, Any] = {"params.change.hand_over_loss": LOSS}
STAY: dict[str, Any] = {"params.people.quit_probability": 0.0, "policy.coverage.kind": "portfolios"}


# ---- the loss ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half_life", [13.0, 26.0, 520.0])
def test_the_mean_of_the_first_year_is_the_published_loss(half_life: float) -> None:
    keep = retention_of_half_life(half_life)
    lost = [loss_at_once(LOSS, keep, 52.0)]
    for _ in range(51):
        lost.append(lost[-1] * keep)
    assert np.mean(lost) == pytest.approx(LOSS, rel=1e-12)
    assert 0.0 < lost[0] < 1.0


def test_the_largest_loss_at_the_fastest_recovery_leaves_something() -> None:
    assert loss_at_once(0.3, retention_of_half_life(13.0), 52.0) < 1.0
    with pytest.raises(InputErrors, match="hand_over_weeks"):
        Scenario.load("tiny", overrides={"params.change.hand_over_weeks": 12.0})


def test_only_what_has_come_back_can_be_lost_again() -> None:
    broken = np.array([0.0, 0.1, 0.3, 0.4])
    np.testing.assert_allclose(after_hand_over(broken, 0.3, 1.0), [0.3, 0.3, 0.3, 0.4])
    np.testing.assert_allclose(after_hand_over(broken, 0.3, 0.5), [0.15, 0.2, 0.3, 0.4])
    np.testing.assert_array_equal(after_hand_over(broken, 0.3, 0.0), broken)


def test_a_loss_that_no_one_could_notice_is_over() -> None:
    assert healed(np.array([UNNOTICED]), 0.99).tolist() == [0.0]
    np.testing.assert_allclose(healed(np.array([0.2]), 0.9), [0.18])


# ---- who pays ---------------------------------------------------------------------------------------------------------


def decided(rep: np.ndarray, monkeypatch: pytest.MonkeyPatch, **overrides: Any) -> tuple[MarketState, np.ndarray]:
    """A tiny market in which the first plan gives each customer to ``rep``; returns it and who had whom before."""
    state = until("decide", Market("tiny", seed=1, overrides={**STAY, **ON, **overrides}))
    before = state.knowledge.rep.copy()

    def answer(self: Portfolios, seen: FirmSeen) -> Coverage:
        rows = np.searchsorted(np.sort(state.alias), seen.customers.key)
        to = rep[np.argsort(state.alias)[rows]]
        return Coverage(rep=to, norm=(to >= 0) * np.float32(0.5))

    monkeypatch.setattr(Portfolios, "answer", answer)
    with state.lend(writes("decide")):
        decide(state)
    return state, before


def swapped(before: np.ndarray) -> np.ndarray:
    """Reps 0 and 1 of the north exchange their accounts, those of rep 2 are dropped."""
    return np.select([before == 0, before == 1, before == 2], [1, 0, -1], before)


def start() -> np.ndarray:
    return Market("tiny", seed=1, overrides=STAY).state.knowledge.rep.copy()


def test_accounts_dealt_to_another_rep_lose_part_and_dropped_ones_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    state, before = decided(swapped(start()), monkeypatch, **{"params.change.dropped": 0.8})
    broken, whole = state.customers.broken[:, 0], loss_of_leaving(state)
    moved, dropped = np.isin(before, [0, 1]), before == 2
    assert moved.any() and dropped.any()
    np.testing.assert_allclose(broken[moved], 0.5 * whole, rtol=1e-6)
    np.testing.assert_allclose(broken[dropped], 0.8 * whole, rtol=1e-6)
    assert not broken[~moved & ~dropped].any()
    assert state.record["handed_over"][0].tolist() == [int((moved | dropped).sum()), 0]


def test_control_who_keeps_the_rep_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    state, before = decided(start(), monkeypatch)
    assert (state.knowledge.rep[before >= 0] == before[before >= 0]).all()
    assert not state.customers.broken.any()


def test_whom_the_rep_never_called_on_misses_no_one(monkeypatch: pytest.MonkeyPatch) -> None:
    state = until("decide", Market("tiny", seed=1, overrides={**STAY, **ON}))
    accounts = state.accounts()
    with state.lend(("diary.met", *writes("decide"))):
        state.diary.met[accounts[::2]] = False
        lose_relationship(state, accounts)
    assert not state.customers.broken[accounts[::2]].any()
    assert state.customers.broken[accounts[1::2]].all()


def test_a_leavers_accounts_pay_once_and_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the rep leaves; the plan that deals them out takes nothing more, nor does a successor's first call."""
    restless = {**STAY, **ON, "params.people.quit_probability": 0.99, "params.people.vacancy": 104.0}
    state = until("people", Market("tiny", seed=2, overrides=restless))
    met = state.diary.met.copy()
    with state.lend(writes("people")):
        people(state)
    gone = state.reps.position & ~state.reps.active
    theirs = (state.knowledge.rep >= 0) & gone[state.knowledge.rep] & met
    assert theirs.any()
    at_once = loss_of_leaving(state)
    np.testing.assert_allclose(state.customers.broken[theirs, 0], at_once, rtol=1e-6)
    assert not state.customers.broken[~theirs].any()
    with state.lend(("customers.broken",)):
        state.customers.broken[theirs] = 0.2 * at_once
    rows = np.flatnonzero(theirs)
    to = np.full(len(rows), np.flatnonzero(state.reps.active)[0], dtype=np.int32)
    state.mail.commands = [Command(0, 0, rows, to, np.ones(len(rows), dtype=np.float32))]
    state.headquarters.plan_of[:] = -1
    with state.lend(writes("decide")):
        carry_out_call_plans(state)
    assert (state.knowledge.rep[rows] == to).all()
    np.testing.assert_allclose(state.customers.broken[theirs, 0], 0.2 * at_once, rtol=1e-6)


def test_the_accounts_of_the_dismissed_lose_in_full_and_once() -> None:
    state = until("decide", Market("tiny", seed=1, overrides={**STAY, **ON, "policy.head_count.extra": -1}))
    before = state.knowledge.rep.copy()
    with state.lend(writes("decide")):
        decide(state)
    theirs = np.isin(before, state.today.decided.dismissed)
    assert theirs.any()
    assert (state.knowledge.rep[theirs] != before[theirs]).all(), "the plan of the same week deals them out"
    np.testing.assert_allclose(state.customers.broken[theirs, 0], loss_of_leaving(state), rtol=1e-6)


# ---- what it does to sales --------------------------------------------------------------------------------------------


def expected(state: MarketState, rows: np.ndarray, relationship: np.ndarray, persuasion: np.ndarray) -> np.ndarray:
    """Expected sales a week of accounts by the odds of the start of the week, with other relationships."""
    sized_up = state.today.looked.prospects
    assert sized_up is not None
    place = np.searchsorted(sized_up.customer, rows)
    shift = float(state.numbers.choice.relationship) * (relationship - sized_up.relationship[place]) + persuasion
    worth = np.where(sized_up.odds[place] > 100.0, 0.0, sized_up.worth[place])  # where nothing else is known
    sales: np.ndarray = (worth * expit(sized_up.odds[place] + shift[:, None])).sum(axis=1)
    return sales


def felt(lost: float, **overrides: Any) -> tuple[MarketState, np.ndarray, np.ndarray, np.ndarray]:
    """A market whose accounts have changed hands, after spread: it, their rows, their loss, their persuasion without it."""
    settings = {**STAY, "params.people.relationship_lost": lost, **overrides}
    state, other = (until("spread", small("status_quo", overrides={**settings, **on})) for on in (ON, {}))
    accounts = state.accounts()
    for one in (state, other):
        columns = ("customers.relationship", "customers.broken")
        with one.lend(columns):
            lose_relationship(one, accounts)
    loss = state.customers.broken[accounts, 0].copy()
    for one in (state, other):
        with one.lend(writes("spread")):
            spread(one)
    return state, accounts, loss, other.customers.persuasion[accounts]


@pytest.mark.parametrize("lost", [0.0, 0.2])
def test_each_account_small_or_large_buys_less_by_its_loss(lost: float) -> None:
    """Of what it would buy with the former rep's relationship; the part that the lost relationship takes is in it."""
    state, rows, loss, before = felt(lost)
    customers = state.customers
    usual = expected(state, rows, customers.former[rows, 0], before)
    now = expected(state, rows, customers.relationship[rows], customers.persuasion[rows])
    some = (usual > 0) & (loss > 0)
    assert some.sum() > 50
    ratio = usual[some].max() / np.median(usual[some])
    assert ratio > 10, "small ones and large ones"
    np.testing.assert_allclose(now[some], (1.0 - loss[some]) * usual[some], rtol=2e-5)
    np.testing.assert_array_equal(customers.broken[rows[loss == 0], 0], 0.0)
    lost_sales = np.rint(usual - now)[some].sum()
    assert state.record["lost_by_hand_over"][0].sum() == pytest.approx(lost_sales, rel=1e-3)


def test_a_relationship_that_takes_more_than_the_published_loss_is_neither_added_to_nor_given_back() -> None:
    state, rows, loss, before = felt(1.0, **{"params.choice.relationship": 5.0})
    customers = state.customers
    usual = expected(state, rows, customers.former[rows, 0], before)
    alone = expected(state, rows, customers.relationship[rows], before)
    enough = alone < (1.0 - loss) * usual
    assert enough.sum() > 50
    np.testing.assert_array_equal(customers.persuasion[rows[enough]], before[enough])
    assert (customers.persuasion[rows] <= before).all()


def test_the_former_relationship_is_what_would_be_without_a_hand_over() -> None:
    kept, broken = (small("status_quo", weeks=8, overrides={**STAY, **ON}) for _ in range(2))
    with broken.state.lend(("customers.relationship", "customers.broken")):
        lose_relationship(broken.state, broken.state.accounts())
    assert (broken.state.customers.relationship < broken.state.customers.former[:, 0]).any()
    for market in (kept, broken):
        np.testing.assert_array_equal(market.state.customers.former.shape, (1500, 1))
        market.step()
    accounts = kept.state.accounts()
    same_calls = kept.state.diary.visits[accounts] == broken.state.diary.visits[accounts]
    assert same_calls.mean() > 0.5
    rows = accounts[same_calls]
    np.testing.assert_array_equal(broken.state.customers.former[rows, 0], kept.state.customers.relationship[rows])
    np.testing.assert_array_equal(kept.state.customers.former[:, 0], kept.state.customers.relationship)


def test_dropped_customers_miss_their_rep_for_longer_than_a_week() -> None:
    market = small("status_quo", weeks=6, overrides={**STAY, **ON})
    state = market.state
    dropped = state.accounts()[::2]
    with state.lend(("customers.broken", "customers.relationship", "knowledge.rep")):
        lose_relationship(state, dropped)
        state.knowledge.rep[dropped] = -1
    state.today.look_again()
    for week in range(3):
        market.step()
        gone = dropped[state.knowledge.rep[dropped] < 0]
        assert len(gone) > 50
        assert (state.customers.persuasion[gone] < 0).mean() > 0.8, week
    assert (state.customers.broken[gone, 0] < loss_of_leaving(state)).all(), "and get over it"


# ---- off means gone ---------------------------------------------------------------------------------------------------


def test_where_hand_overs_cost_nothing_nothing_about_them_matters() -> None:
    others = {"params.change.hand_over_weeks": 100.0, "params.change.reassigned": 1.0, "params.change.dropped": 0.0}
    off, other = (small("deep_marketing", overrides=given).run() for given in ({}, others))
    assert fingerprint(off) == fingerprint(other)
    assert off.state.customers.broken.shape[1] == off.state.customers.former.shape[1] == 0
    assert fingerprint(small("deep_marketing", overrides=ON).run()) != fingerprint(off)


def test_without_any_hand_over_the_mechanism_changes_nothing() -> None:
    """It is on, and nobody leaves or is handed over: orders, books and people are the same to the bit."""
    runs = [small(overrides={**STAY, **given}).run() for given in ({}, ON)]
    off, on = (market.state for market in runs)
    assert not on.record["handed_over"].any()
    assert off.ledger.book.tobytes() == on.ledger.book.tobytes()
    for name in set(off.customers) - {"broken", "former"}:
        np.testing.assert_array_equal(getattr(off.customers, name), getattr(on.customers, name), err_msg=name)
