"""Phases of goods and money: rationing and waiting, terms of payment, discounts, commission, what customers remember."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.market import Market
from sim.state.orders import Purchases
from sim.state.table import NEVER

EMPTY = {"params.channel.stock_weeks_at_start": 0.0, "params.channel.plant_weeks_at_start": 0.0}


def run(weeks: int, policy: str | None = None, scenario: str = "tiny", **overrides: Any) -> Market:
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    return Market(scenario, seed=4, weeks=weeks, policy=policy, overrides=given).run()


# ---- fulfil -----------------------------------------------------------------------------------------------------------


def test_with_ample_stock_everybody_is_served() -> None:
    market = run(6, params__channel__stock_weeks_at_start=50.0)
    assert not market.results.measure("unserved_units").any()
    own = [0, 2]
    sold, asked = market.results.measure("sell_out_units"), market.results.measure("demand_units")
    np.testing.assert_array_equal(sold.sum(axis=(1, 2))[:, own], asked.sum(axis=1)[:, own])


def test_without_stock_nobody_is_served_and_rivals_win_only_those_who_switch() -> None:
    stay = run(2, **EMPTY_KEYS, params__channel__unserved_wait=0.0, params__channel__unserved_switch=0.0)
    move = run(2, **EMPTY_KEYS, params__channel__unserved_wait=0.0, params__channel__unserved_switch=1.0)
    for market in (stay, move):
        assert not market.results.measure("sell_out_units")[..., [0, 2]].any()
        np.testing.assert_array_equal(market.results.measure("unserved_units"), market.results.measure("demand_units"))
    first = [market.results.measure("sell_out_units")[0][..., [1, 3]].sum() for market in (stay, move)]
    assert first[1] > first[0]


def test_who_switches_to_another_offer_of_ours_is_served_and_counted() -> None:
    overrides = {
        "params.channel.stock_weeks_at_start": 1.0,
        "params.channel.unserved_wait": 0.0,
        "params.channel.unserved_switch": 1.0,
        "category.machine.life_mean": 26.0,
    }
    market = Market("regional_plain", seed=4, customers=2000, weeks=8, overrides=overrides)
    switched = 0
    while market.running:
        fresh: list[int] = []
        market.run_week(
            observe=lambda phase, f=fresh: (
                f.append(len(market.state.today.demanded.orders.offer)) if phase.name == "demand" else None
            )
        )
        orders, served = market.state.today.fulfilled.orders, market.state.today.fulfilled.served
        ours = np.isin(orders.offer[fresh[0] :], market.state.layout.own_offers)
        switched += served[fresh[0] :][ours].sum()
    assert switched > 0


def test_who_waits_is_served_first_when_goods_arrive_at_the_old_price() -> None:
    overrides = {**EMPTY, "params.channel.unserved_wait": 1.0, "params.channel.unserved_switch": 0.0}
    market = Market("tiny", seed=4, weeks=12, overrides=overrides)
    longest = 0
    while market.running:
        before = market.state.goods.waiting
        market.run_week()
        after = market.state.goods.waiting
        assert after is not None
        if before is not None and len(before.offer):
            consumable = ~market.state.boards.offers.durable[market.state.numbers.category[before.offer]]
            assert consumable.all()  # who waits for a durable keeps the need instead
            longest = max(longest, int(before.waited.max()))
            made = market.week - 1 - before.waited  # week in which each order was made
            assert (before.index // 256 == 1 + made).all()  # numbered apart by week, and from the occasions of any
            assert (before.index % 256 < 100).all()
            # Fresh customers get nothing at a shop where an older order is still not filled.
            orders, served = market.state.today.fulfilled.orders, market.state.today.fulfilled.served
            short = {
                (market.state.customers.distributor[c], o)
                for c, o, w in zip(after.customer, after.offer, after.waited, strict=True)
                if w > 1
            }
            for c, o, w, got in zip(orders.customer, orders.offer, orders.waited, served, strict=True):
                if w == 0 and (market.state.customers.distributor[c], o) in short:
                    assert got == 0
    assert longest >= 3
    assert market.results.measure("sell_out_units")[..., 2].sum() > 0


def test_lists_of_orders_are_joined_in_order() -> None:
    one = Purchases(*(np.array([k]) for k in range(10)))
    two = Purchases(*(np.array([10 + k]) for k in range(10)))
    none = one.rest(np.zeros(1, np.bool_), np.empty(0, np.int64))
    assert none.join(two) is two and two.join(none) is two
    assert [getattr(one.join(two), f).tolist() for f in Purchases.__dataclass_fields__] == [
        [k, 10 + k] for k in range(10)
    ]


def test_a_distributor_beyond_its_credit_gets_nothing() -> None:
    market = run(12, params__channel__credit_limit_weeks=0.0, params__channel__payment_weeks=52)
    sell_in = market.results.measure("sell_in_units").sum(axis=2)
    for d in range(2):
        delivered = np.flatnonzero(sell_in[:, d])
        assert len(delivered) == 1, "one delivery, then a debt that is not due before the end"


@pytest.mark.parametrize("memory", [8.0, 3.0])
def test_headquarters_averages_what_territories_are_invoiced(memory: float) -> None:
    given = {} if memory == 8.0 else {"params.channel.sell_in_memory": memory}
    market = Market("tiny", seed=4, weeks=6, overrides=given)
    expected = market.state.headquarters.sales.copy()
    for week in range(6):
        market.run_week()
        invoiced = market.state.ledger.flows_by("gross_revenue", "territory")[week]
        expected = expected + (invoiced - expected) / memory
        np.testing.assert_allclose(market.state.headquarters.sales, expected, rtol=1e-12)
    assert market.state.ledger.flows("gross_revenue")[:, 0].any()


@pytest.mark.parametrize("window", [8, 2])
def test_a_distributors_usual_purchases_are_averaged_over_its_window(window: int) -> None:
    market = Market("tiny", seed=4, weeks=6, overrides={"params.channel.forecast_window": window})
    state, own = market.state, [0, 2]
    expected = state.distributors.purchases.copy()
    for week in range(6):
        market.run_week()
        bought = (state.record["sell_in_units"][week][:, own] * state.distributors.wholesale).sum(axis=1)
        expected = expected + (bought - expected) / window
        np.testing.assert_allclose(state.distributors.purchases, expected)
    assert state.record["sell_in_units"].any()


def test_orders_go_out_every_other_week_in_turn() -> None:
    market = Market("regional_plain", seed=4, customers=2000, weeks=8).run()
    ordered = market.results.measure("ordered_units").sum(axis=2)
    first = (market.state.distributors.key % np.uint64(2)).astype(int)
    for d, turn in enumerate(first):
        assert not ordered[1 - turn :: 2, d].any()
        assert ordered[turn::2, d].any() or not ordered[:, d].any()  # a small one may order nothing in 8 weeks
    assert 0 < first.mean() < 1, "some order in even weeks, some in odd ones"


def test_one_more_distributor_leaves_the_order_weeks_of_other_territories_alone() -> None:
    def weeks(north: int, cycle: int) -> list[list[int]]:
        given = {"territory.north.distributors": north, "params.channel.order_cycle": cycle}
        market = Market("tiny", seed=4, customers=1500, weeks=12, overrides=given).run()
        ordered = market.results.measure("ordered_units").sum(axis=2)
        return [np.flatnonzero(column).tolist() for column in ordered.T]

    apart = 0
    for cycle in (2, 3, 4):
        one, two = weeks(1, cycle), weeks(2, cycle)
        assert [one[0], one[-1]] == [two[0], two[-1]]
        for turns in (one, two):
            assert all(set(np.diff(column) % cycle) == {0} for column in turns)
        apart += two[0] != two[1] or two[0] != two[2]
    assert apart == 3, "not all order in the same week"


# ---- account ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [0, 1, 4])
def test_invoices_are_paid_when_they_are_due(weeks: int) -> None:
    market = run(10, params__channel__payment_weeks=weeks)
    ledger = market.state.ledger
    revenue = ledger.flows("gross_revenue")[:, 0]
    owed = ledger.flows("receivables")[:, 0]
    for week in range(10):
        assert owed[week] == revenue[max(0, week + 1 - weeks) : week + 1].sum() if weeks else owed[week] == 0


def test_a_discount_is_granted_on_list_price_and_passed_on_in_part() -> None:
    plain, cut = (
        run(
            8, policy__pricing__discount=d, policy__rival_price__kind="hold", params__channel__stock_weeks_at_start=50.0
        )
        for d in (0.0, 0.1)
    )
    sold = cut.results.measure("sell_out_units").sum(axis=(0, 1, 2))
    books = cut.state.ledger.book[1:].sum(axis=0)
    granted = 0.1 * (sold[0] * 100_000 + sold[2] * 1_700)
    assert books[0, Account.DISCOUNTS] == round(granted)
    assert -books[1:3, Account.OTHER_INCOME].sum() == books[0, Account.DISCOUNTS]
    ratio = cut.state.boards.offers.price_minor[:, :, [0, 2]] / plain.state.boards.offers.price_minor[:, :, [0, 2]]
    np.testing.assert_allclose(ratio, 1 - 0.8 * 0.1, atol=1e-3)
    np.testing.assert_array_equal(
        cut.state.boards.offers.price_minor[:, :, [1, 3]], plain.state.boards.offers.price_minor[:, :, [1, 3]]
    )
    assert not plain.state.ledger.book[:, 0, Account.DISCOUNTS].any()


def test_segments_pay_their_own_price() -> None:
    overrides = {"policy.pricing.kind": "segment_discount", "policy.pricing.discounts": [0.5, 0.0, 0.25]}
    market = Market("tiny", seed=4, weeks=3, policy="deep_marketing", overrides=overrides).run()
    price = market.state.boards.offers.price_minor[0, :, 2] / market.state.boards.offers.price_minor[0, 0, 2]
    np.testing.assert_allclose(price, [1.0, 0.6, 1.0, 0.8, 1.0], atol=1e-3)
    customers, labels = market.state.customers, market.state.knowledge.label
    np.testing.assert_array_equal(customers.price_group, labels)
    assert (np.bincount(labels, minlength=5) > 0).all()


def test_pay_is_salary_and_commission_on_what_the_accounts_bought() -> None:
    market = Market(
        "tiny",
        seed=4,
        weeks=6,
        overrides={
            "policy.pay.commission": 0.1,
            "policy.pay.salary": 5_200_000,
            "policy.routines.visit_hours": 0.0,
            "params.people.quit_probability": 0.0,
        },
    )
    state = market.state
    for week in range(6):
        market.run_week()
        book = state.ledger.book[1 + week, 0]
        assert book[Account.SALARY] == 6 * 100_000
        assert book[Account.COMMISSION] == np.rint(0.1 * state.reps.credited).sum()
        assert book[Account.TRAVEL] == state.reps.calls.sum() * 1_200
        pay = np.rint(0.1 * state.reps.credited) + 100_000 * state.reps.active
        assert book[Account.BENEFITS] == pytest.approx(0.2 * pay.sum(), abs=3)
    assert state.ledger.book[:, 0, Account.COMMISSION].sum() > 0
    assert ((state.reps.variable_share >= 0) & (state.reps.variable_share < 1)).all()


def test_commission_on_margin_is_a_share_of_the_margin() -> None:
    market = Market(
        "tiny", seed=4, weeks=1, overrides={"policy.pay.commission": 0.5, "policy.pay.base": "margin"}
    ).run()
    margin = market.state.today.served.credited_margin
    assert margin is not None
    assert market.state.ledger.book[1, 0, Account.COMMISSION] == np.rint(0.5 * margin).sum() > 0
    assert (margin < market.state.reps.credited)[margin > 0].all()


def test_what_stands_still_costs_too() -> None:
    market = run(
        2,
        params__costs__overhead=52_000,
        params__database__upkeep=52,
        params__channel__holding_rate=0.52,
        policy__advertising__budget=104_000,
    )
    state = market.state
    book = state.ledger.book[1]
    assert book[0, Account.OVERHEAD] == 1_000
    assert book[0, Account.DATABASE] == market.results.measure("records")[0].sum()
    assert book[0, Account.ADVERTISING] == 2_000
    assert book[0, Account.MANAGEMENT] == 2 * round(9_500_000 / 52)
    value = state.ledger.balance(Account.CHANNEL_STOCK, 0)[1:3]
    np.testing.assert_allclose(book[1:3, Account.HOLDING], 0.01 * value, atol=1)
    sales, partners = -book[1:3, Account.SALES], state.params.partners
    np.testing.assert_allclose(book[1:3, Account.OWN_COSTS], 0.09 * (1 - partners.selling_part) * sales, atol=1)


def test_segments_and_shared_data_are_paid_for() -> None:
    market = Market("tiny", seed=4, weeks=2, policy="deep_marketing").run()
    book = market.state.ledger.book
    rule = market.scenario.policy["segmentation"].model_dump()
    measured = (market.state.knowledge.known & (market.state.knowledge.label > 0)).sum()
    assert book[1, 0, Account.STUDIES] == rule["fee"] + rule["fee_per_record"] * measured
    assert book[2, 0, Account.STUDIES] == 0
    assert book[1, 0, Account.VARIETY] == round(4 * market.state.params.costs.variety / 52)
    sharing = market.results.measure("sharing")[0].sum()
    assert book[1, 0, Account.DATA_SHARING] == sharing * round(1_000_000 / 52)
    assert book[1, 0, Account.TRAINING] == pytest.approx(market.results.measure("reps")[0].sum() * 0.5 * 6_000)


# ---- serve ------------------------------------------------------------------------------------------------------------


def test_reps_are_credited_with_what_their_own_accounts_bought() -> None:
    full_house = {"policy.head_count.extra": 4, "params.people.vacancy": 0.0}  # no row of the table is spare
    market = Market("tiny", seed=4, weeks=5, overrides=full_house)
    state = market.state
    for _ in range(5):
        market.run_week()
        orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
        credited = np.zeros(len(state.reps), dtype=np.int64)
        bought = np.zeros(len(state.customers))
        for c, o, got in zip(orders.customer, orders.offer, served, strict=True):
            if o in (0, 2):
                bought[c] += got * state.numbers.list_price[o]
                rep = state.knowledge.rep[c]
                if rep >= 0 and state.books.hours.available[state.week - 1, rep] > 0:
                    credited[rep] += got * state.numbers.list_price[o]
        np.testing.assert_array_equal(state.reps.credited, credited)
    assert credited.any()
    assert bought.any()


def test_the_diary_averages_what_customers_buy_in_a_year() -> None:
    market = Market("tiny", seed=4, weeks=1, overrides={"params.database.memory": 1.0})
    before = market.state.diary.bought.copy()
    market.run_week()
    state = market.state
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    ours = np.isin(orders.offer, (0, 2))
    value = np.bincount(orders.customer[ours], served[ours] * state.numbers.list_price[orders.offer[ours]], len(before))
    np.testing.assert_allclose(state.diary.bought, before / 2 + 26 * value, rtol=1e-5)  # half is forgotten in a week


def test_new_customers_are_counted_once_and_only_when_served() -> None:
    market = Market("tiny", seed=4, weeks=10)
    strangers = market.state.customers.last_order == NEVER
    market.run()
    won = strangers & (market.state.customers.last_order != NEVER)
    assert market.results.measure("new_customers").sum() == won.sum() > 0
    nothing = run(4, **EMPTY_KEYS, params__channel__unserved_wait=0.0, params__channel__unserved_switch=0.0)
    assert not nothing.results.measure("new_customers").any()


@pytest.mark.parametrize("short", [False, True])
def test_rivals_learn_on_which_share_of_occasions_they_are_bought_with_a_lag(short: bool) -> None:
    """Over those who buy something the share would be larger, and with it the mark-up under logit demand."""
    given = {**EMPTY, "params.channel.unserved_wait": 0.5, "params.channel.unserved_switch": 0.5} if short else {}
    market = Market("tiny", seed=4, weeks=6, overrides={"params.rivals.share_lag": 4.0, **given})
    state, late = market.state, 0
    while market.running:
        before = state.rivals.share.copy()
        market.run_week()
        orders, served, occasions = (
            state.today.fulfilled.orders,
            state.today.fulfilled.served,
            state.today.demanded.occasions,
        )
        assert orders is not None and served is not None and occasions is not None
        seen = before.copy()
        for row, offer in enumerate(state.rivals.offer):
            category = state.numbers.category[offer]
            mine = (state.numbers.category[orders.offer] == category) & (served > 0)
            earlier = (mine & (orders.index >= 256)).sum()  # orders that had waited, filled by us or by a rival
            late += earlier
            chances = (occasions.category == category).sum() + earlier
            if chances:
                seen[row] = (orders.offer[served > 0] == offer).sum() / chances
        np.testing.assert_allclose(state.rivals.share, before + 0.25 * (seen - before))
    bought = market.results.measure("orders").sum()
    assert bought < 0.9 * market.results.measure("occasions").sum()  # control: many occasions without a purchase
    assert (late > 0) == short


def test_a_week_without_occasions_teaches_rivals_nothing() -> None:
    idle = {"customer_type.workshop.purchase_rate": 0.0, "customer_type.plant.purchase_rate": 0.0}
    market = Market("tiny", seed=4, weeks=3, overrides=idle).run()
    assert market.state.rivals.share[1] == 0.35


EMPTY_KEYS = {name.replace(".", "__"): value for name, value in EMPTY.items()}
