"""Calls by hours, rebates and a plant at its limit in a market: off is gone, on acts in its direction and can lose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.agents.headquarters import Headquarters
from sim.agents.sales_rep import SalesRep
from sim.derived.accounts import served
from sim.derived.call_hours import hours_per_call, hours_with_accounts, travel_hours
from sim.derived.expected_purchases import expected_purchases
from sim.errors import InputErrors
from sim.kernels.call_rounds import divide_calls, divide_hours
from sim.market import Market
from sim.phases.work import work
from sim.questions.coverage import portfolios, segment_norms
from sim.questions.coverage.by_turnover import ByTurnover
from sim.rng import Decision
from sim.scenario import Scenario
from sim.solvers.allocation import allocate_calls
from sim.solvers.plant import run_plant
from sim.state import Use
from tests.market.runs import fingerprint, small
from tests.unit.part_weeks import until, writes

LONGER = {"params.call_length.exponent": 0.5}
BARGAINED = {"params.rebates.power": 0.5}
LIMITED = {"params.plant.capacity": 0.7, "params.channel.plant_weeks_at_start": 1.0}
ON: dict[str, Any] = {**LONGER, **BARGAINED, **LIMITED}
#: Numbers of each mechanism that play no part while its strength is 0.
IDLE = {
    "params.call_length.reference": 123,
    "params.call_length.longest": 9.0,
    "params.rebates.threshold": 0.0,
    "params.rebates.most": 0.9,
    "params.rebates.contract_weeks": 1,
    "params.plant.overtime": 1.0,
    "params.plant.overtime_premium": 3.0,
}


def tiny(weeks: int = 26, seed: int = 1, **overrides: Any) -> Market:
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    return Market("tiny", seed=seed, weeks=weeks, overrides=given)


# ---- off ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["status_quo", "deep_marketing"])
def test_off_is_gone_to_the_bit(policy: str) -> None:
    """At strength 0 the other numbers of the mechanisms say nothing, and no customer has a rebate, not even of 0."""
    plain = small(policy, customers=600, weeks=12).run()
    assert plain.state.customers.rebate.shape == (600, 0)
    assert fingerprint(small(policy, customers=600, weeks=12, overrides=IDLE).run()) == fingerprint(plain)


@pytest.mark.parametrize("name", ["LONGER", "BARGAINED", "LIMITED"])
def test_control_each_mechanism_is_seen_when_it_is_on(name: str) -> None:
    start = {"params.channel.plant_weeks_at_start": 1.0}
    plain = small(customers=600, weeks=12, overrides=start).run()
    assert fingerprint(small(customers=600, weeks=12, overrides={**start, **globals()[name]}).run()) != fingerprint(
        plain
    )


def test_a_limit_that_never_binds_changes_nothing() -> None:
    """A plant that could make a thousand times the demand makes what it made without a limit; so for rebates of nobody."""
    for idle, name in (
        ({"params.plant.capacity": 1000.0}, "contribution"),
        ({**BARGAINED, "params.rebates.threshold": 9e3}, "revenue"),
    ):
        plain, same = small(customers=600, weeks=12).run(), small(customers=600, weeks=12, overrides=idle).run()
        np.testing.assert_array_equal(plain.state.ledger.book, same.state.ledger.book, err_msg=name)


def test_calls_by_hours_are_calls_in_turn_where_all_take_as_long() -> None:
    chance = np.random.default_rng(3)
    rep = np.sort(chance.integers(0, 5, 60))
    due, key = chance.normal(0, 1, 60), np.arange(60).astype(np.uint64)
    calls = np.array([0, 3, 17, 40, 5])
    in_turn = divide_calls(due, rep, key, calls, np.uint64(9))
    hours = 0.75 * (calls + 0.5)
    visits, used, waits = divide_hours(due, rep, key, np.full(60, 0.75), hours, hours + 1.0, np.uint64(9))
    np.testing.assert_array_equal(visits, in_turn)
    np.testing.assert_allclose(used, 0.75 * calls)
    np.testing.assert_allclose(waits, 0.75)


# ---- calls by hours ----------------------------------------------------------------------------------------------------


def test_a_call_longer_than_the_week_does_not_keep_a_rep_from_the_others() -> None:
    due, hours = np.array([9.0, 1.0, 0.5]), np.array([8.0, 1.0, 2.0])
    rep, key = np.zeros(3, np.int64), np.arange(3).astype(np.uint64)
    visits, used, waits = divide_hours(due, rep, key, hours, np.array([3.5]), np.array([5.0]), np.uint64(1))
    assert visits.tolist() == [0, 1, 1] and used.tolist() == [3.0] and waits.tolist() == [1.0]
    visits, used, waits = divide_hours(due, rep, key, hours, np.array([3.5]), np.array([9.0]), np.uint64(1))
    assert visits.tolist() == [0, 0, 0] and waits.tolist() == [8.0]  # it is begun this week and made in a later one


def test_calls_on_large_accounts_take_longer_and_are_fewer() -> None:
    plain, longer = (small(overrides={**o, "params.call_length.reference": 300_000}) for o in ({}, LONGER))
    calls = [market.run().results.measure("calls").sum() for market in (plain, longer)]
    assert calls[1] < 0.95 * calls[0]
    card = longer.results.scorecard.set_index("kpi")["value"]
    assert card["hours_per_call"] > 1.05 * 0.55
    assert plain.results.scorecard.set_index("kpi")["value"]["hours_per_call"] == pytest.approx(0.55)


def test_reps_learn_how_long_a_call_takes_by_making_one() -> None:
    """Of customers not called on yet they know the size on record; the rest of the firm knows no more than that of any."""
    one, two = (small(overrides=LONGER) for _ in range(2))
    rows = served(one.state)
    stranger, known = rows[0], rows[1]
    for market in (one, two):
        market.state.diary.fill({"met": np.arange(len(market.state.customers)) == known})
    size = np.array(two.state.customers.order_size)
    size[[stranger, known]] *= 20.0
    two.state.customers.fill({"order_size": size})
    before, after = (SalesRep.see(market.state).account_hours for market in (one, two))
    assert np.flatnonzero(before != after).tolist() == [1]
    of_firm = [Headquarters.see(market.state, Decision.POLICY).customers.call_length for market in (one, two)]
    np.testing.assert_array_equal(*of_firm)


def test_the_plan_fills_the_time_that_reps_have() -> None:
    """The norms of each territory, times the length that headquarters expects of each call, are the calls its reps have."""
    state = small("deep_marketing", overrides=LONGER, weeks=20).run().state
    seen = Headquarters.see(state, Decision.POLICY)
    length = seen.customers.call_length
    assert length.min() < 0.9 and length.max() > 1.1
    for rule in (ByTurnover(), portfolios.Portfolios(by_value=0.5), segment_norms.SegmentNorms(most_calls=10.0)):
        plan = rule.answer(seen)
        kept = plan.rep >= 0
        time = np.bincount(seen.rep_territory[plan.rep[kept]], (plan.norm * length)[kept], 8)
        have = np.bincount(seen.rep_territory, seen.rep_calls * seen.rep_active, 8)
        np.testing.assert_allclose(time, have, rtol=1e-4, err_msg=rule.kind)


def test_dividing_calls_by_their_length_earns_most() -> None:
    """x ∝ (k/h)^(1/(1−e)): no small shift of time between two accounts does better."""
    k, h, e = np.array([5.0, 2.0, 1.0]), np.array([3.0, 1.0, 0.5]), 0.31
    calls = allocate_calls(k, e, 10.0, h)
    assert (calls * h).sum() == pytest.approx(10.0)
    best = (k * calls**e).sum()
    for a, b in ((0, 1), (1, 2), (2, 0)):
        moved = calls.copy()
        moved[a] += 0.01 / h[a]
        moved[b] -= 0.01 / h[b]
        assert (k * moved**e).sum() < best


def test_what_accounts_are_owed_is_what_others_got_ahead() -> None:
    """Debts of a rep's calls, each by its length, sum to zero: all that is owed to one account was given to another."""
    state = until("work", small(overrides=LONGER))
    with state.lend(writes("work")):
        state.diary.due[:] = 0.0
        work(state)
    rows = served(state)
    hours = hours_with_accounts(state) + travel_hours(state)[state.customers.territory[rows]]
    owed = np.bincount(state.knowledge.rep[rows], state.diary.due[rows] * hours)
    np.testing.assert_allclose(owed, 0.0, atol=1e-3)
    assert np.ptp(state.diary.due[rows]) > 0.5


def test_a_begun_call_is_carried_over_and_hours_balance() -> None:
    market = small(overrides=LONGER)
    while market.running:
        market.step()
        state = market.state
        week = state.week - 1
        spent = state.books.hours.spent[week]
        busy = np.bincount(state.knowledge.rep[served(state)], minlength=len(state.reps)) > 0
        # What is idle, at full effort, is less than the longest call: the next one is begun.
        assert (spent[Use.IDLE][busy & (state.reps.effort >= 1.0)] < 4.0 * hours_per_call(state).max()).all()
        assert (state.reps.carry >= 0).all()


# ---- rebates -----------------------------------------------------------------------------------------------------------


def test_only_large_buyers_get_rebates_and_larger_ones_more() -> None:
    market = small(overrides=BARGAINED, weeks=2).run()
    state = market.state
    size = expected_purchases(state) / state.numbers.mean_purchases
    rebate = state.customers.rebate
    assert not rebate[size <= 2.0].any() and rebate[size > 2.0].any()
    top = rebate.max(axis=1)
    larger = np.median(top[size > 6]), np.median(top[(size > 2) & (size < 3)])
    assert larger[0] > larger[1]
    assert 0 < rebate.max() <= 0.25


def test_rebates_are_paid_by_the_maker_and_distributors_are_made_whole() -> None:
    market = small(overrides=BARGAINED).run()
    book = market.state.ledger.book.sum(axis=0)
    paid = book[0, Account.REBATES]
    assert paid > 0
    assert -book[1:-1, Account.OTHER_INCOME].sum() == paid + book[0, Account.DISCOUNTS] + book[0, Account.DATA_SHARING]
    card = market.results.scorecard.set_index("kpi")["value"]
    assert card["rebate_share"] == pytest.approx(paid / card["revenue"])  # money of the scorecard is in whole euros
    assert 100 * card["taken_off"] == pytest.approx(paid + book[0, Account.DISCOUNTS])


def test_rebates_cost_us_and_win_some_sales() -> None:
    """Large buyers pay less to everybody: they buy more, from us too, and the maker earns less on what they buy."""
    plain, bargained = (
        small(overrides=o, weeks=26).run() for o in ({}, {**BARGAINED, "params.rebates.threshold": 1.0})
    )
    units = [m.results.measure("sell_out_units").sum() for m in (plain, bargained)]
    assert units[1] > units[0]
    price = [
        m.results.measure("sell_out_value").sum() / m.results.measure("sell_out_units").sum()
        for m in (plain, bargained)
    ]
    assert price[1] < price[0]
    contribution = [m.results.scorecard.set_index("kpi")["value"]["contribution"] for m in (plain, bargained)]
    assert contribution[1] < contribution[0]


def test_a_contract_holds_until_it_is_up() -> None:
    market = small(overrides={**BARGAINED, "params.rebates.contract_weeks": 8}, weeks=10)
    before = None
    while market.running:
        market.step()
        state, week = market.state, market.state.week - 1
        now = np.array(state.customers.rebate)
        if before is not None:
            moved = np.flatnonzero((now != before).any(axis=1))
            assert (state.customers.key[moved] % 8 == week % 8).all()
        before = now


# ---- the plant ---------------------------------------------------------------------------------------------------------


def test_a_policy_that_sells_more_than_can_be_made_pays_overtime_and_loses_demand() -> None:
    plain, limited = (
        small(overrides=o, weeks=40).run() for o in ({"params.channel.plant_weeks_at_start": 1.0}, LIMITED)
    )
    unserved = [m.results.measure("unserved_units").sum() for m in (plain, limited)]
    assert unserved[1] > 1.2 * unserved[0]
    card = limited.results.scorecard.set_index("kpi")["value"]
    assert card["overtime_cost"] > 0 and card["capacity_utilisation"] > 90
    assert card["contribution"] < plain.results.scorecard.set_index("kpi")["value"]["contribution"]
    assert np.isnan(plain.results.scorecard.set_index("kpi")["value"]["capacity_utilisation"])
    assert limited.results.measure("plant_queue")[-1] > 0


def test_companies_have_plants_of_their_own() -> None:
    """A queue for machines does not stop refills; machines and lines of one company share its plant."""
    market = small(overrides=LIMITED)
    plant = market.state.numbers.plant
    assert plant is not None
    names = [market.state.layout.offers[j].name for j in market.state.layout.own_offers]
    company = dict(zip(names, plant.company.tolist(), strict=True))
    assert company["machine_standard"] == company["line_modular"] != company["consumable_kit"]
    waiting, work = np.array([10, 10, 10]), np.array([2.0, 4.0, 1.0])
    week = run_plant(waiting, waiting, np.zeros(3), np.array([0, 0, 1]), work, np.array([12.0, 10.0]), 0.0)
    assert week.started.tolist() == [2, 2, 10]  # a fifth of each of the two that share, all of the third


def test_urgent_orders_come_first_and_stock_is_not_built_in_overtime() -> None:
    waiting, work, company = np.array([10, 10]), np.ones(2), np.zeros(2, np.int64)
    week = run_plant(waiting, np.array([6, 0]), np.zeros(2), company, work, np.array([8.0]), 0.5)
    assert week.started.tolist() == [6, 1] and week.overtime.tolist() == [0.0]
    np.testing.assert_allclose(week.begun, [4 / 7, 3 / 7])  # two units of work for the 4 and 10 that are not urgent
    week = run_plant(waiting, np.array([9, 0]), np.zeros(2), company, work, np.array([8.0]), 0.5)
    assert week.started.tolist() == [9, 0] and week.overtime.tolist() == [1.0]


def test_the_plants_limit_survives_a_change_of_parameters(tmp_path: Path) -> None:
    path = tmp_path / "changing.toml"
    path.write_text(
        'extends = "tiny"\n[[change]]\nweek = 3\nset = { "params.channel.smoothing" = 0.5 }\n', encoding="utf-8"
    )
    market = Market(str(path), weeks=4, overrides=ON)
    limit, size = market.state.numbers.plant, market.state.numbers.mean_purchases
    market.run()
    assert market.state.numbers.plant is limit and market.state.numbers.mean_purchases == size > 0


# ---- input -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("plant.capacity", -1.0, "capacity"),
        ("plant.capacity", 0.001, "expected 0 \\(without limit\\) or at least 0.01"),
        ("plant.overtime", 1.5, "overtime"),
        ("rebates.power", 1.1, "power"),
        ("rebates.most", 1.0, "most"),
        ("rebates.contract_weeks", 0, "contract_weeks"),
        ("call_length.exponent", -0.1, "exponent"),
        ("call_length.reference", 0, "reference"),
        ("call_length.shortest", 0.0, "shortest"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(name: str, value: float, words: str) -> None:
    with pytest.raises(InputErrors, match=words):
        Scenario.load("tiny", overrides={f"params.{name}": value})
