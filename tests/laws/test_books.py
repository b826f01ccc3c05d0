"""Laws of the books and of stock, over random postings and random markets: nothing appears, nothing vanishes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.accounts_chart import Account
from sim.kernels import rationing, stock_flow
from sim.ledger import MANUFACTURER, Ledger, average_cost
from sim.rng import Decision, stream, uniform
from sim.solvers import order_rules
from sim.state.books import UnitsBook
from tests.reference.channel import serve

DISTRIBUTORS, OFFERS, WEEKS = 3, 2, 8

_INNER = [a for a in Account if a not in (Account.RECEIVABLES, Account.PAYABLES, Account.CASH)]
_account = st.sampled_from(_INNER)
_entity = st.integers(0, DISTRIBUTORS + 1)
_amount = st.integers(0, 10**12)
_posting = st.one_of(
    st.tuples(st.just("post"), _entity, _entity, _amount, _account, _account),
    st.tuples(st.just("pay"), _entity, _entity, _amount, _account, _account),
    st.tuples(st.just("invoice"), _entity, _entity, _amount, _account, _account),
    st.tuples(st.just("settle"), _entity, _entity, _amount, _account, _account),
    st.tuples(st.just("week"), _entity, _entity, _amount, _account, _account),
)


@settings(max_examples=150, deadline=None)
@given(postings=st.lists(_posting, max_size=40), vectorised=st.booleans())
def test_random_postings_keep_the_balance(postings: list[tuple[Any, ...]], vectorised: bool) -> None:
    ledger = Ledger(DISTRIBUTORS, WEEKS)
    twin: dict[tuple[int, Account], int] = defaultdict(int)
    week = -1

    def enter(debit_entity: int, debit: Account, credit_entity: int, credit: Account, units: int) -> None:
        twin[debit_entity, debit] += units
        twin[credit_entity, credit] -= units

    for kind, one, other, amount, debit, credit in postings:
        first, second, money = (np.array([n]) if vectorised else n for n in (one, other, amount))
        if kind == "week":
            week = min(week + 1, WEEKS - 1)
            ledger.open_week(week)
        elif kind == "post":
            ledger.post(debit, credit, money, entity=first)
            enter(one, debit, one, credit, amount)
        elif kind == "pay":
            ledger.pay(first, second, money, debit=debit, credit=credit)
            enter(one, debit, one, Account.CASH, amount)
            enter(other, Account.CASH, other, credit, amount)
        elif kind == "invoice":
            ledger.invoice(first, second, money, debit=debit, credit=credit)
            enter(one, Account.RECEIVABLES, one, credit, amount)
            enter(other, debit, other, Account.PAYABLES, amount)
        else:
            paid = min(amount, int(ledger.claims[other, one]))
            ledger.settle(first, second, np.array([paid]) if vectorised else paid)
            enter(one, Account.PAYABLES, one, Account.CASH, paid)
            enter(other, Account.CASH, other, Account.RECEIVABLES, paid)
        ledger.check()
    assert not ledger.book.sum(axis=2).any()
    for account in Account:
        assert ledger.balance(account).tolist() == [twin[e, account] for e in range(DISTRIBUTORS + 2)], account.name


_numbers = st.integers(0, 25)
_cells = st.lists(st.lists(_numbers, min_size=OFFERS, max_size=OFFERS), min_size=DISTRIBUTORS, max_size=DISTRIBUTORS)
_week = st.tuples(_cells, st.lists(_numbers, min_size=OFFERS, max_size=OFFERS), st.integers(0, 12))


@settings(max_examples=60, deadline=None)
@given(weeks=st.lists(_week, min_size=1, max_size=WEEKS), leads=st.lists(st.integers(1, 3), min_size=3, max_size=3))
def test_a_random_channel_keeps_units_and_money(weeks: list[Any], leads: list[int]) -> None:
    """Plant, distributors and customers: random production, orders and demand, with every law checked every week."""
    keys, lead = np.arange(DISTRIBUTORS), np.array(leads)
    plant = stock_flow.open_stage(np.full(OFFERS, 10), 2)
    shops = stock_flow.open_stage(np.full((DISTRIBUTORS, OFFERS), 6), 3)
    units = UnitsBook(WEEKS, OFFERS, plant.on_hand + shops.on_hand.sum(axis=0))
    ledger = Ledger(DISTRIBUTORS, WEEKS, {"offer": OFFERS})
    unit_cost, list_price, retail_price = np.array([7, 11]), np.array([13, 17]), np.array([19, 23])
    value = shops.on_hand * unit_cost
    ledger.post(Account.FINISHED_GOODS, Account.CAPITAL, plant.on_hand * unit_cost)
    ledger.post(Account.CHANNEL_STOCK, Account.CAPITAL, value.sum(axis=1), entity=1 + keys)
    buyers, offers = (grid.ravel() for grid in np.meshgrid(1 + keys, np.arange(OFFERS), indexing="ij"))
    queue = np.zeros((0, 4), dtype=np.int64)  # cell, customer, units, weeks waited
    for t, (order, production, customers) in enumerate(weeks):
        ledger.open_week(t)
        made = stock_flow.receive(plant, t)
        units.make(t, made)
        ledger.post(Account.FINISHED_GOODS, Account.CAPITAL, made * unit_cost)
        stock_flow.receive(shops, t)
        new = np.arange(customers)
        draws = uniform(3, Decision.CHOICE, t, np.arange(12))[:customers]
        cells = (draws * shops.on_hand.size).astype(np.int64)
        queue = np.concatenate([queue, np.column_stack([cells, 100 * t + new, 1 + (new + t) % 9, 0 * new])])
        cell, customer, wanted, waited = queue.T
        served, delivered = rationing.ration_orders(
            stream(3, Decision.RATIONING, t), cell, customer, 0 * cell, wanted, waited, shops.on_hand.ravel()
        )
        assert (served <= wanted).all()
        fates = rationing.choose_fates(stream(3, Decision.UNSERVED, t), customer, 0 * cell, wanted - served, 0.5, 0.3)
        queue = np.column_stack([cell, customer, wanted - served, waited + 1])[fates == rationing.Fate.WAITS]
        waiting = (
            np.bincount(queue[:, 0], queue[:, 2], shops.on_hand.size).astype(np.int64).reshape(shops.on_hand.shape)
        )
        sold = delivered.reshape(shops.on_hand.shape)
        cost = average_cost(value, shops.on_hand + shops.in_transit, sold)
        value = value - cost
        stock_flow.settle(shops, sold, waiting)
        units.sell(t, sold.sum(axis=0))
        ledger.pay(ledger.outside, 1 + keys, (sold * retail_price).sum(axis=1), credit=Account.SALES)
        ledger.post(Account.CHANNEL_COST_OF_GOODS, Account.CHANNEL_STOCK, cost.sum(axis=1), entity=1 + keys)
        stock_flow.request(shops, np.array(order))
        stock_flow.request(plant, np.array(production))
        shipped = rationing.share_out(stream(3, Decision.SHORT_SUPPLY, t), plant.on_hand, shops.owed, keys)
        stock_flow.settle(plant, shipped.sum(axis=0), (shops.owed - shipped).sum(axis=0))
        stock_flow.ship(shops, shipped, t, lead)
        value = value + shipped * list_price
        stock_flow.ship(plant, plant.owed.copy(), t, 2)
        ledger.invoice(MANUFACTURER, buyers, (shipped * list_price).ravel(), by={"offer": offers})
        ledger.post(
            Account.COST_OF_GOODS, Account.FINISHED_GOODS, (shipped * unit_cost).ravel(), by={"offer": offers}
        )  # fmt: skip
        ledger.settle(1 + keys, MANUFACTURER, ledger.claims[MANUFACTURER, ledger.distributors] // 2)
        stock_flow.check_stage(plant, f"plant, week {t}")
        stock_flow.check_stage(shops, f"distributors, week {t}")
        units.check(t, plant.on_hand + shops.on_hand.sum(axis=0), shops.in_transit.sum(axis=0))
        ledger.check()
        assert ledger.balance(Account.CHANNEL_STOCK)[ledger.distributors].tolist() == value.sum(axis=1).tolist()
        assert ledger.balance(Account.FINISHED_GOODS)[0] == (plant.on_hand * unit_cost).sum()
        assert not value[(shops.on_hand + shops.in_transit) == 0].any()
    assert ledger.flows_by("revenue", "offer").sum() == ledger.flows("revenue")[:, MANUFACTURER].sum()
    position = order_rules.order_up_to(np.zeros(OFFERS), stock_flow.inventory_position(plant).astype(float))
    assert (position >= 0).all()


@settings(max_examples=80, deadline=None)
@given(
    demands=st.lists(_cells, min_size=1, max_size=20),
    waits=st.booleans(),
    target=st.integers(0, 60),
    share=st.floats(0, 1),
    real=st.booleans(),
)
def test_a_stage_conserves_units(demands: list[Any], waits: bool, target: int, share: float, real: bool) -> None:
    """Stock, orders and demand each add up.

    Opening + received = delivered + on hand; ordered = received + in transit + owed;
    wanted = delivered + lost + waiting.
    """
    dtype = np.float64 if real else np.int64
    stage = stock_flow.open_stage(np.full((DISTRIBUTORS, OFFERS), 15), 2, dtype)
    received, ordered, delivered, wanted, lost = (np.zeros((DISTRIBUTORS, OFFERS), dtype=dtype) for _ in range(5))
    for week, cells in enumerate(demands):
        received += stock_flow.receive(stage, week)
        demand = np.array(cells)
        owed_before = stage.backorders.copy()
        served = serve(stage, demand, waits)
        delivered, wanted = delivered + served, wanted + demand
        lost = lost + owed_before + demand - served - stage.backorders
        order = order_rules.order_up_to(np.full(demand.shape, target), stock_flow.inventory_position(stage))
        stock_flow.request(stage, order.astype(dtype))
        ordered = ordered + order
        shipped = stage.owed * share if real else np.floor(stage.owed * share).astype(dtype)
        stock_flow.ship(stage, shipped, week, np.array([1, 2, 1]))
        stock_flow.check_stage(stage, f"week {week}")
        np.testing.assert_allclose(15 + received, delivered + stage.on_hand, rtol=0, atol=1e-6 * real)
        np.testing.assert_allclose(ordered, received + stage.in_transit + stage.owed, rtol=0, atol=1e-6 * real)
        np.testing.assert_allclose(wanted, delivered + lost + stage.backorders, rtol=0, atol=1e-6 * real)
        assert (lost >= -1e-6).all() and (waits or not stage.backorders.any()) and not (waits and (lost > 1e-6).any())
