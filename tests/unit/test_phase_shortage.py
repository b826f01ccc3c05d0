"""Phase fulfil when goods are short: numbers of orders that wait, the second choice and its own lottery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.kernels.needs import NUMBERS_A_WEEK, Occasions
from sim.kernels.projects import PROJECT_ORDER
from sim.kernels.rationing import Fate
from sim.market import Market
from sim.phases import demand, fulfil, serve
from sim.reading.resolving import Header
from sim.state.orders import Purchases

#: Nothing in stock, and nothing made before the tests are over.
NO_GOODS = {
    "params.channel.stock_weeks_at_start": 0.0,
    "params.channel.plant_weeks_at_start": 0.0,
    "params.channel.production_lead_time": 26,
}

#: Few machines in stock and customers who need them often: some switch to another machine of ours.
SCARCE_MACHINES = {"params.channel.stock_weeks_at_start": 1.0, "category.machine.life_mean": 26.0}


def fates(wait: float, switch: float) -> dict[str, float]:
    """Overrides that say what the unserved do; the rest goes without."""
    return {"params.channel.unserved_wait": wait, "params.channel.unserved_switch": switch}


def spy(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[tuple[Any, ...]]:
    """Listen to the calls of a function; returns the list to which their arguments are added."""
    calls: list[tuple[Any, ...]] = []
    function = getattr(module, name)

    def listen(*args: Any, **given: Any) -> Any:
        calls.append(args)
        return function(*args, **given)

    monkeypatch.setattr(module, name, listen)
    return calls


# ---- numbers of orders ------------------------------------------------------------------------------------------------


def test_no_two_orders_of_a_customer_share_a_number() -> None:
    """A number keys the draws of the lottery, of what the unserved do, and of performance."""
    often = {"customer_type.workshop.purchase_rate": 1.5, "customer_type.plant.purchase_rate": 1.5}
    market = Market("tiny", seed=4, customers=200, weeks=20, overrides={**NO_GOODS, **fates(1.0, 0.0), **often})
    while market.running:
        market.run_week()
        orders = market.state.today.fulfilled.orders
        keys = np.stack([orders.customer, orders.index])
        assert np.unique(keys, axis=1).shape == keys.shape
    assert orders.waited.max() == 19


def test_numbers_leave_room_for_the_longest_run() -> None:
    bounds = dict(Header.declarations())["weeks"].bounds
    assert bounds is not None
    last = NUMBERS_A_WEEK - 1 + NUMBERS_A_WEEK * int(bounds[1])  # the highest number in the last week
    assert 256 * last + 255 < 2**32  # the kernels' index of draws


def test_who_waited_chooses_and_experiences_under_the_number_of_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, lived = spy(monkeypatch, demand, "choose"), spy(monkeypatch, serve, "serve_week")
    market = Market("tiny", seed=4, weeks=4, overrides={**NO_GOODS, **fates(0.6, 0.4)})
    second = 0
    while market.running:
        chosen.clear()
        market.run_week()
        (again,) = (args[3] for args in chosen)
        assert isinstance(again, Occasions)
        second += int((again.number >= NUMBERS_A_WEEK).sum())
        orders, deliveries = market.state.today.fulfilled.orders, lived[-1][2]
        assert sorted(zip(deliveries.customer.tolist(), deliveries.occasion.tolist(), strict=True)) == sorted(
            zip(orders.customer.tolist(), orders.index.tolist(), strict=True)
        )
        assert again.number.dtype == deliveries.occasion.dtype == market.state.today.demanded.occasions.number.dtype
    assert second > 0


def test_who_switches_draws_a_new_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the ticket that lost the first lottery, who was last there would be last again."""
    lotteries = spy(monkeypatch, fulfil, "ration_orders")
    Market("tiny", seed=4, weeks=2, overrides={**NO_GOODS, **fates(0.0, 1.0)}).run()
    tickets = [int(args[0]) for args in lotteries]
    assert len(set(tickets)) == len(tickets) == 4  # two lotteries a week


# ---- what was agreed when the order was made --------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "later"), [(0.1, 0.0), (0.0, 0.1), (0.1, 0.333)])
def test_an_order_that_waits_keeps_its_discount(tmp_path: Path, first: float, later: float) -> None:
    """The customer pays the price of the week of the order, so we owe the distributor the discount of that week."""
    path = tmp_path / "changed.toml"
    change = f'week = 4\nset = {{ "policy.pricing.discount" = {later} }}'
    path.write_text(f'extends = "tiny"\nweeks = 14\n[[change]]\n{change}\n', encoding="utf-8")
    short = {**NO_GOODS, "params.channel.production_lead_time": 3, "policy.pricing.discount": first}
    market = Market(str(path), seed=4, overrides={**short, **fates(1.0, 0.0)})
    late = 0
    while market.running:
        market.run_week()
        state, week = market.state, market.week - 1
        orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
        granted = 0
        for offer, waited, got in zip(orders.offer, orders.waited, served, strict=True):
            if offer in state.layout.own_offers:
                rate = first if week - waited < 3 else later
                granted += got * round(rate * int(state.numbers.list_price[offer]))
                late += got * (week - waited < 3)
        assert state.ledger.book[1 + week, 0, Account.DISCOUNTS] == granted
    assert late > 0


def test_who_switches_gets_the_discount_on_the_offer_that_was_bought() -> None:
    overrides = {**SCARCE_MACHINES, **fates(0.0, 1.0), "policy.pricing.discount": 0.1}
    market = Market("regional_plain", seed=4, customers=2000, weeks=8, overrides=overrides)
    while market.running:
        market.run_week()
        orders = market.state.today.fulfilled.orders
        ours = market.state.numbers.own_column[orders.offer] >= 0
        at_list = market.state.numbers.list_price[orders.offer]
        np.testing.assert_array_equal(orders.discount, np.where(ours, np.rint(0.1 * at_list), 0))


# ---- what counts as demand --------------------------------------------------------------------------------------------

#: A market with one brand, ours, in which machines wear out fast.
ALONE = {
    "brand.rival.aware_at_start": 0.0,
    "brand.rival.users_at_start": 0.0,
    "params.rivals.advertising": 0,
    "params.network.kind": "none",
    "category.machine.life_mean": 26.0,
}


def by_cell(market: Market, units: np.ndarray) -> np.ndarray:
    """Units of the week's orders by distributor and offer of ours."""
    state, orders = market.state, market.state.today.fulfilled.orders
    ours = orders.stock >= 0
    counts = np.bincount(orders.stock[ours], units[ours], state.goods.channel.on_hand.size)
    return counts.reshape(state.goods.channel.on_hand.shape)


def test_who_switches_to_another_offer_of_ours_is_demand_for_it_and_who_is_refused_there_is_unserved() -> None:
    rivals = {
        f"brand.{name}.{at}_at_start": 0.0 for name in ("norvik", "castor", "halden") for at in ("aware", "users")
    }
    unknown = {**rivals, "params.rivals.advertising": 0, "params.network.kind": "none"}
    few = {"params.channel.stock_weeks_at_start": 0.1, "category.machine.life_mean": 4.0, **fates(0.0, 1.0)}
    few["category.line.made_to_order"] = False  # what is made to order is never unserved
    market = Market("regional_plain", seed=3, customers=8000, weeks=1, overrides={**unknown, **few})
    first: list[int] = []
    market.run_week(
        observe=lambda phase: (
            first.append(len(market.state.today.demanded.orders.offer)) if phase.name == "demand" else None
        )
    )
    state = market.state
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    switched = (np.arange(len(orders.offer)) >= first[0]) & (orders.stock >= 0)
    assert served[switched].sum() > 0
    assert (orders.units - served)[switched].sum() > 0
    np.testing.assert_array_equal(state.today.fulfilled.demand, by_cell(market, orders.units))
    np.testing.assert_array_equal(state.distributors.demand, state.today.fulfilled.demand)
    np.testing.assert_array_equal(state.today.fulfilled.unserved, by_cell(market, orders.units - served))
    own = list(state.layout.own_offers)
    np.testing.assert_array_equal(market.results.measure("demand_units")[0][:, own], state.today.fulfilled.demand)
    np.testing.assert_array_equal(market.results.measure("unserved_units")[0][:, own], state.today.fulfilled.unserved)


@pytest.mark.parametrize("wait", [0.0, 1.0])
def test_who_comes_back_for_a_machine_that_was_not_there_is_counted_once(wait: float) -> None:
    market = Market("tiny", seed=4, weeks=10, overrides={**ALONE, **NO_GOODS, **fates(wait, 0.0)})
    asked: list[int] = []
    while market.running:
        market.run_week()
        orders = market.state.today.fulfilled.orders
        asked += orders.customer[orders.offer == 0].tolist()
    assert len(asked) > 2 * len(set(asked))  # control: they do come back
    assert market.results.measure("demand_units")[..., 0].sum() == len(set(asked))
    assert market.results.measure("unserved_units")[..., 0].sum() == len(set(asked))


def test_all_that_was_asked_for_is_delivered_or_still_wanted() -> None:
    """Nobody leaves and nobody sells but us: each need is demand once, however long it stays open."""
    late = {**ALONE, **NO_GOODS, "params.channel.production_lead_time": 3, **fates(1.0, 0.0)}
    market = Market("tiny", seed=4, weeks=60, overrides=late)
    while market.running:
        market.run_week()
        asked, sold = (market.results.measure(m) for m in ("demand_units", "sell_out_units"))
        waiting = market.state.goods.waiting
        assert waiting is not None
        assert asked[..., 0].sum() == sold[..., 0].sum() + len(market.state.goods.wishes)
        assert asked[..., 2].sum() == sold[..., 2].sum() + waiting.units.sum()
    machines = market.results.measure("sell_out_units")[..., 0].sum()
    assert machines > len(market.state.customers) / 2  # needs come up again after a purchase, and count again


def test_a_rivals_machine_ends_the_wish_for_ours() -> None:
    market = Market("tiny", seed=4, weeks=12, overrides={**NO_GOODS, **fates(0.0, 0.3)})
    had: set[int] = set()
    while market.running:
        market.run_week()
        wishes = market.state.goods.wishes
        assert (market.state.customers.need_open[wishes // len(market.state.layout.offers)] & 1).all()
        had |= set(wishes.tolist())
    assert 0 < len(wishes) < len(had)  # some ended, though none of ours was sold


def test_who_comes_back_when_everybody_is_served_is_not_counted_again_either() -> None:
    ample = {"params.channel.stock_weeks_at_start": 50.0, "category.machine.life_mean": 26.0}
    market = Market("tiny", seed=4, customers=3000, weeks=1, overrides=ample)
    state, offers = market.state, len(market.state.layout.offers)
    state.goods.wishes = (
        np.arange(len(state.customers), dtype=np.int64) * offers
    )  # everybody was refused a machine of ours
    market.run_week()
    orders = state.today.fulfilled.orders
    machines = state.numbers.category[orders.offer] == 0
    assert (orders.offer[machines] == 0).any()
    assert not state.today.fulfilled.demand[:, 0].any()
    assert state.today.fulfilled.demand[:, 1].all()
    still = np.setdiff1d(np.arange(len(state.customers)), orders.customer[machines])
    np.testing.assert_array_equal(state.goods.wishes, still * offers)


@pytest.mark.parametrize("above", [0, 1, 511])
def test_an_order_of_a_project_waits_or_looks_again_from_its_first_number_on(above: int) -> None:
    """Ordinary orders leave; those of projects do not, and the lowest number that a project can have is one of theirs."""
    state = Market("tiny", seed=4, customers=50, weeks=4, overrides=fates(0.0, 0.0)).state
    rows = np.arange(20)
    ours = np.full(20, state.layout.own_offers[0])
    orders = Purchases(
        rows, ours, np.ones(20, np.int64), np.full(20, PROJECT_ORDER + above), *(np.zeros(20, np.int64),) * 6
    )
    assert not (fulfil._fates(state, orders) == Fate.LEAVES).any()
    ordinary = replace(orders, index=np.full(20, PROJECT_ORDER - 1))
    assert (fulfil._fates(state, ordinary) == Fate.LEAVES).all()
