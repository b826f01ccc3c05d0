"""Fulfil: goods arrive, customers are served from their distributor's stock, distributors and plant order anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.distributor import decide_orders
from sim.agents.manufacturer import decide_production
from sim.kernels.needs import DURABLE_OCCASION, MOST_OCCASIONS
from sim.kernels.rationing import Fate, choose_fates, ration_orders, share_out
from sim.kernels.stock_flow import receive, request, settle, ship
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
    orders = join(state.waiting, new)
    served = _ration(state, orders, state.channel.on_hand.ravel())
    unserved = orders.units - served
    numbers = state.params.channel
    keys = state.customers.key[orders.customer]
    lottery = stream(state.seed, Decision.UNSERVED, state.week)
    fate = choose_fates(lottery, keys, orders.index, unserved, numbers.unserved_wait, numbers.unserved_switch)
    left = (state.channel.on_hand - _per_cell(state, orders, served)).ravel()
    # Who waits for a durable keeps the need and chooses again next week; who waits for consumables stays in the queue.
    queues = (fate == Fate.WAITS) & ~state.board.durable[state.numbers.category[orders.offer]]
    state.waiting = _part(orders, queues, unserved)
    switched = choose_again(
        state, _rest(orders, fate == Fate.SWITCHES, unserved), left.reshape(state.channel.on_hand.shape)
    )
    instead = _ration(state, switched, left)
    state.today.demand = _per_cell(state, new, new.units)
    state.today.unserved = _per_cell(state, orders, unserved)
    both = join(orders, switched)
    state.today.orders, state.today.served = both, np.concatenate([served, instead])
    delivered = _per_cell(state, both, state.today.served)
    waiting = _per_cell(state, state.waiting, state.waiting.units)
    settle(state.channel, delivered, waiting)
    state.units.sell(state.week, delivered.sum(axis=0))
    state.distributors.demand[:] = state.today.demand


def join(first: Purchases | None, second: Purchases) -> Purchases:
    """Two lists of orders one after the other."""
    if first is None:
        return second
    return Purchases(*(np.concatenate([getattr(first, f), getattr(second, f)]) for f in Purchases.__dataclass_fields__))


def _part(orders: Purchases, rows: NDArray[np.bool_], units: Units) -> Purchases:
    """The orders in ``rows`` for what is left of them, a week older; numbered apart from the occasions of coming weeks."""
    return Purchases(
        customer=orders.customer[rows],
        offer=orders.offer[rows],
        units=units[rows],
        index=np.minimum(np.maximum(orders.index[rows], MOST_OCCASIONS) + 1, DURABLE_OCCASION - 1),
        waited=orders.waited[rows] + 1,
        price=orders.price[rows],
    )


def _rest(orders: Purchases, rows: NDArray[np.bool_], units: Units) -> Purchases:
    """The orders in ``rows`` for what is left of them, on the same occasion."""
    columns = {name: getattr(orders, name)[rows] for name in Purchases.__dataclass_fields__}
    return Purchases(**{**columns, "units": units[rows]})


def _cells(state: MarketState, orders: Purchases) -> Units:
    """Flat stock cell of each order: distributor × own offers + column; −1 for rival offers."""
    column = state.numbers.own_column[orders.offer]
    home = state.customers.distributor[orders.customer].astype(np.int64)
    cells: Units = np.where(column >= 0, home * len(state.layout.own_offers) + column, -1)
    return cells


def _ration(state: MarketState, orders: Purchases, supply: Units) -> Units:
    lottery = stream(state.seed, Decision.RATIONING, state.week)
    keys = state.customers.key[orders.customer]
    served, _ = ration_orders(
        lottery, _cells(state, orders), keys, orders.index, orders.units, orders.waited, np.ascontiguousarray(supply)
    )
    return served


def _per_cell(state: MarketState, orders: Purchases, units: Units) -> Units:
    """Units of our offers summed by distributor and offer [D, own offers]."""
    cells = _cells(state, orders)
    ours = cells >= 0
    total = np.zeros(state.channel.on_hand.size, dtype=np.int64)
    np.add.at(total, cells[ours], units[ours])
    return total.reshape(state.channel.on_hand.shape)


def _order(state: MarketState) -> None:
    """Distributors take in the week's demand and, those whose turn it is, order."""
    distributors = state.distributors
    observe_moving_average(state.forecasts, distributors.demand, state.week)
    due = orders_due(np.arange(len(distributors)), state.week, state.params.channel.order_cycle)
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
    """Sell-out of the distributors who share, scaled up to all by their part of the volume."""
    distributors = state.distributors
    sharing = distributors.shares_data
    if not sharing.any():
        ordered: NDArray[np.float64] = distributors.ordered.sum(axis=0).astype(np.float64)
        return ordered
    part = distributors.purchases[sharing].sum() / max(distributors.purchases.sum(), 1.0)
    scaled: NDArray[np.float64] = distributors.demand[sharing].sum(axis=0) / max(part, 1e-9)
    return scaled
