"""Fulfil: goods arrive, customers are served from their distributor's stock, distributors and plant order anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.distributor import decide_orders
from sim.agents.manufacturer import decide_production
from sim.kernels.needs import NUMBERS_A_WEEK
from sim.kernels.rationing import Fate, choose_fates, ration_orders, share_out
from sim.kernels.stock_flow import receive, request, settle, ship
from sim.kernels.tally import units_by_stock
from sim.phases.demand import choose_again
from sim.rng import Decision, stream
from sim.solvers.order_rules import observe_moving_average, orders_due
from sim.state import MarketState, Purchases

Units = NDArray[np.int64]


def fulfil(state: MarketState) -> None:
    """One week of goods, from the plant to the customers."""
    _receive(state)
    _serve_customers(state)
    _order(state)
    _ship(state)
    _produce(state)


def _receive(state: MarketState) -> None:
    receive(state.channel, state.week)
    made = receive(state.plant, state.week)
    state.today.made = made
    state.units.make(state.week, made)


def _serve_customers(state: MarketState) -> None:
    """A lottery for what is short; the unserved wait, look for another offer, or go without."""
    new = state.today.orders
    if new is None:
        return
    shape = state.channel.on_hand.shape
    orders = join(state.waiting, new)
    served, delivered = _ration(state, orders, state.channel.on_hand.ravel())
    rows = np.flatnonzero(served < orders.units)
    lacking = _rest(orders, rows, (orders.units - served)[rows])
    fate = _fates(state, lacking)
    # Who waits for a durable keeps the need and chooses again next week; who waits for consumables stays in the queue.
    queues = (fate == Fate.WAITS) & ~state.board.durable[state.numbers.category[lacking.offer]]
    state.waiting = _a_week_older(_rest(lacking, queues, lacking.units[queues]), state.week)
    left = state.channel.on_hand.ravel() - delivered
    switches = fate == Fate.SWITCHES
    switched = choose_again(state, _rest(lacking, switches, lacking.units[switches]), left.reshape(shape))
    instead, handed_over = _ration(state, switched, left, Decision.SECOND_RATIONING)
    today = state.today
    today.orders, today.served = join(orders, switched), np.concatenate([served, instead])
    today.delivered = (delivered + handed_over).reshape(shape)
    _count_demand(state, earlier=len(orders.offer) - len(new.offer))
    queue = units_by_stock(state.waiting.stock, state.waiting.units, left.size)
    settle(state.channel, today.delivered, queue.reshape(shape))
    state.units.sell(state.week, today.delivered.sum(axis=0))


def _count_demand(state: MarketState, earlier: int) -> None:
    """What customers asked of each distributor and did not get; every wish is counted once, in the week of the first asking.

    New are this week's orders, those of customers who switched to another offer of ours among them, for the offer
    they switched to. Not new are the ``earlier`` orders that waited, and a customer who comes back for a durable
    that was not there: a distributor knows the customer again, and a forecast that took one customer for a new one
    every week would order a machine for each week of the shortage.
    """
    today, orders, served, shape = state.today, state.today.orders, state.today.served, state.channel.on_hand.shape
    assert orders is not None
    assert served is not None
    stock, units = orders.stock[earlier:], orders.units[earlier:]
    lacking = units - served[earlier:]
    if len(state.wishes) or lacking.any():
        again = _wish_again(state, orders, served) - earlier
        units, lacking = units.copy(), lacking.copy()
        units[again], lacking[again] = 0, 0
    today.demand = units_by_stock(stock, units, state.channel.on_hand.size).reshape(shape)
    today.unserved = units_by_stock(stock, lacking, state.channel.on_hand.size).reshape(shape)
    state.distributors.demand[:] = today.demand


def _wish_again(state: MarketState, orders: Purchases, served: Units) -> NDArray[np.int64]:
    """Places of orders for a durable that the customer asked for before; ``state.wishes`` is brought up to date.

    Wishes are the durables of ours that were asked for and not delivered, as customer × offers + offer, while the
    need for one is open. A purchase, whoever sells it, ends the need, and with it all wishes of the category.
    """
    offers, categories, category = len(state.layout.offers), len(state.layout.categories), state.numbers.category
    durable = np.flatnonzero(state.board.durable[category][orders.offer])
    wish = orders.customer[durable] * offers + orders.offer[durable]
    again = durable[np.isin(wish, state.wishes)]
    bought = served[durable] > 0
    refused = ~bought & (orders.stock[durable] >= 0)
    wishes = np.unique(np.concatenate([state.wishes, wish[refused]]))
    need, ended = (w // offers * categories + category[w % offers] for w in (wishes, wish[bought]))
    state.wishes = wishes[~np.isin(need, ended)]
    return again


def join(first: Purchases | None, second: Purchases) -> Purchases:
    """Two lists of orders one after the other."""
    if first is None or len(first.offer) == 0:
        return second
    if len(second.offer) == 0:
        return first
    return Purchases(*(np.concatenate([getattr(first, f), getattr(second, f)]) for f in Purchases.__dataclass_fields__))


def _rest(orders: Purchases, rows: NDArray[Any], units: Units) -> Purchases:
    """The orders in ``rows`` for the ``units`` that are left of them."""
    columns = {name: getattr(orders, name)[rows] for name in Purchases.__dataclass_fields__ if name != "units"}
    return Purchases(**columns, units=units)


def _a_week_older(orders: Purchases, week: int) -> Purchases:
    """Orders that wait; those of this week get a number that no other order of the customer has, ever."""
    number = np.where(orders.waited > 0, orders.index, orders.index + NUMBERS_A_WEEK * (week + 1))
    return replace(orders, index=number, waited=orders.waited + 1)


def _fates(state: MarketState, lacking: Purchases) -> NDArray[np.uint8]:
    numbers = state.params.channel
    keys = state.customers.key[lacking.customer]
    lottery = stream(state.seed, Decision.UNSERVED, state.week)
    return choose_fates(lottery, keys, lacking.index, lacking.units, numbers.unserved_wait, numbers.unserved_switch)


def _ration(
    state: MarketState, orders: Purchases, supply: Units, decision: Decision = Decision.RATIONING
) -> tuple[Units, Units]:
    """Units served of each order, and units delivered out of each cell."""
    lottery = stream(state.seed, decision, state.week)
    keys = state.customers.key[orders.customer]
    return ration_orders(
        lottery, orders.stock, keys, orders.index, orders.units, orders.waited, np.ascontiguousarray(supply)
    )


def _order(state: MarketState) -> None:
    """Distributors take in the week's demand and, those whose turn it is, order."""
    distributors = state.distributors
    observe_moving_average(state.forecasts, distributors.demand, state.week)
    # By territory and place, not by row: one distributor more leaves the weeks of those elsewhere alone. (The key itself
    # will not do: it is the territory × 1000 + place, and 1000 has the divisors of many cycles.)
    territory, place = np.divmod(distributors.key.astype(np.int64), 1000)
    due = orders_due(territory + place, state.week, state.params.channel.order_cycle)
    quantity = np.rint(decide_orders(state).quantity).astype(np.int64) * due[:, None]
    request(state.channel, quantity)
    distributors.ordered[:] = quantity


def _ship(state: MarketState) -> None:
    """The plant ships what it has, shared out when short; nothing to a distributor beyond its credit."""
    owed = state.channel.owed
    price = np.array([state.layout.offers[j].list_price for j in state.layout.own_offers], dtype=np.int64)
    debts = state.ledger.claims[0, 1 : state.ledger.outside]
    limit = state.params.channel.credit_limit_weeks * state.distributors.purchases
    wanted = np.where((debts <= limit)[:, None], owed, 0)
    lottery = stream(state.seed, Decision.SHORT_SUPPLY, state.week)
    shipped = share_out(lottery, state.plant.on_hand.copy(), wanted, state.distributors.key)
    ship(state.channel, shipped, state.week, state.params.channel.lead_time)
    settle(state.plant, shipped.sum(axis=0), np.zeros_like(state.plant.backorders))
    state.today.shipped = shipped
    weight = 1.0 / state.params.channel.forecast_window
    state.distributors.purchases[:] += weight * (shipped @ price - state.distributors.purchases)


def _produce(state: MarketState) -> None:
    """The plant forecasts from orders and from shared sell-out, and starts production."""
    distributors = state.distributors
    observe_moving_average(state.plant_forecast, distributors.ordered.sum(axis=0), state.week)
    observe_moving_average(state.shared_forecast, _shared_demand(state), state.week)
    cycle = state.week % state.params.channel.production_cycle == 0
    started = np.rint(decide_production(state).quantity).astype(np.int64) * cycle
    request(state.plant, started)
    ship(state.plant, started, state.week, state.params.channel.production_lead_time)
    state.today.started = started


def _shared_demand(state: MarketState) -> NDArray[np.float64]:
    """What customers asked of the distributors who share, scaled up to all by their part of the volume."""
    distributors = state.distributors
    sharing = distributors.shares_data
    if not sharing.any():
        ordered: NDArray[np.float64] = distributors.ordered.sum(axis=0).astype(np.float64)
        return ordered
    part = distributors.purchases[sharing].sum() / max(distributors.purchases.sum(), 1.0)
    scaled: NDArray[np.float64] = distributors.demand[sharing].sum(axis=0) / max(part, 1e-9)
    return scaled
