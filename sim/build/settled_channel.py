"""The channel at the start as it is once orders have gone out for long: goods on their way, stock at what rules ask for.

Expected demand moves through the real order rules. Every distributor has placed its last orders in the weeks in which it
was due, the plant has started production in its own; what they hold is what their rule asks for less what is on its way.
A rule that does not order up to a level keeps the stock of an ordinary start, and so does a cell that waits for its first
order. Errors of forecasts are those of demand and of orders in lumps, without the amplification that revisions of
forecasts add: that is left to the warm-up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts_chart import Account
from sim.agents.distributor import Distributor
from sim.agents.manufacturer import Manufacturer
from sim.build.channel import expected_units
from sim.build.numbers import made_to_order
from sim.ledger import MANUFACTURER
from sim.project_draws import mean_sizes
from sim.solvers.order_rules import orders_due
from sim.solvers.tiers import through
from sim.state import MarketState
from sim.state.books import UnitsBook
from sim.state.table import columns_of

Array = NDArray[Any]


def settle_channel(state: MarketState, rates: Array, shares: Array) -> None:
    """Fill stocks, goods on their way and forecasts, and open the books of units and money with them.

    ``rates`` [N, C] are customers' projects a week, ``shares`` [N, offers] the part of their occasions that each offer gets.
    """
    with state.lend(_WRITES):
        variance = _expect_demand(state, rates, shares)
        _expect_errors(state, variance)
        _fill_distributors(state)
        _fill_plant(state)
    _open_books_again(state)


_WRITES = (
    columns_of("channel", "on_hand in_transit pipeline")
    + columns_of("plant", "on_hand in_transit pipeline")
    + (
        *columns_of("forecasts", "level demands errors"),
        *columns_of("plant_forecast", "level demands errors"),
        *columns_of("shared_forecast", "level demands errors"),
        *columns_of("distributors", "stock_value volume demand_value purchases"),
    )
)


def _expect_demand(state: MarketState, rates: Array, shares: Array) -> Array:
    """Forecasts at what customers are expected to ask for; returns the variance of it by distributor [D, own offers].

    Purchases come at random (Poisson), each of a size that differs: the variance is rate × mean square of the size.
    """
    world, customers, distributors = state.layout, state.customers, state.distributors
    own, names = list(world.own_offers), [category.name for category in world.categories]
    category = [names.index(world.offers[j].category) for j in own]
    units = expected_units(world, customers, rates)
    size = mean_sizes(world.categories, customers.order_size)
    size[:, [c.kind == "durable" for c in world.categories]] = 1.0
    again = size * np.exp(np.array([c.order_size_spread for c in world.categories]) ** 2)
    wanted, variance = np.zeros((2, len(distributors), len(own)))
    for k, (j, c) in enumerate(zip(own, category, strict=True)):
        mean = units[:, c] * shares[:, j]
        wanted[:, k] = np.bincount(customers.distributor, mean, len(distributors))
        variance[:, k] = np.bincount(customers.distributor, mean * again[:, c], len(distributors))
    level, price = through(distributors.supplier, wanted), state.numbers.list_price[own]
    total = wanted.sum(axis=0)
    goods = state.goods
    for forecast, expected in ((goods.forecasts, level), (goods.plant_forecast, total), (goods.shared_forecast, total)):
        forecast.level[:], forecast.demands[:] = expected, expected
    distributors.volume[:] = distributors.demand_value[:] = wanted @ price
    from_plant = distributors.supplier < 0
    distributors.purchases[:] = np.where(from_plant, level @ price, (level * distributors.wholesale).sum(axis=1))
    sales: NDArray[np.float64] = np.zeros(len(state.headquarters.sales))
    np.add.at(sales, distributors.territory, np.where(from_plant, distributors.purchases, 0.0))
    state.headquarters.sales = sales
    return variance


def _expect_errors(state: MarketState, variance: Array) -> None:
    """Errors of forecasts: customers' demand is random, and suppliers get orders in lumps."""
    supplier, least = state.distributors.supplier, state.params.channel.deviation_least_at_start
    for d in np.flatnonzero(supplier >= 0):
        variance[supplier[d]] += variance[d]
    lumps = np.zeros_like(variance)
    for source in np.unique(supplier[supplier >= 0]):
        lumps[source] = _variance_of_lumps(state, supplier == source)
    goods = state.goods
    goods.forecasts.errors[:] = np.maximum(np.sqrt(variance + lumps), least)
    from_plant = supplier < 0
    total = variance[from_plant].sum(axis=0)
    goods.plant_forecast.errors[:] = np.maximum(np.sqrt(total + _variance_of_lumps(state, from_plant)), least)
    goods.shared_forecast.errors[:] = np.maximum(np.sqrt(total), least)


def _turns(state: MarketState) -> Array:
    """The place of each distributor in the cycle of orders [D]."""
    return (state.distributors.key % np.uint64(state.params.channel.order_cycle)).astype(np.int64)


def _variance_of_lumps(state: MarketState, rows: Array) -> Array:
    """Variance over a cycle of the orders of ``rows`` [own offers], each of a whole cycle's demand in its own week."""
    cycle, level = state.params.channel.order_cycle, state.goods.forecasts.level
    due = np.array([orders_due(_turns(state), week, cycle) & rows for week in range(cycle)])
    variance: Array = (cycle * (due @ level)).var(axis=0)
    return variance


def _fill_distributors(state: MarketState) -> None:
    channel, numbers, level = state.goods.channel, state.params.channel, state.goods.forecasts.level
    cycle, turn = numbers.order_cycle, _turns(state)
    lead = np.where(state.distributors.supplier < 0, numbers.lead_time, numbers.sub_lead_time)
    moving = np.ones(level.shape, dtype=np.bool_)
    moving[:, made_to_order(state.layout)] = False
    lump = np.rint(cycle * level).astype(np.int64) * moving
    pipeline = np.zeros_like(channel.pipeline)
    for week in range(-int(lead.max()), 0):
        arrives = np.flatnonzero(orders_due(turn, week, cycle) & (week + lead >= 0))
        pipeline[(week + lead[arrives]) % len(pipeline), arrives] += lump[arrives]
    last = np.array([max(w for w in range(-cycle, 0) if (t + w) % cycle == 0) for t in turn])
    wanted = _asked_for(state)
    position = np.where(np.isnan(wanted), 0.0, wanted) + (last + 1)[:, None] * level
    on_its_way = pipeline.sum(axis=0)
    known = ~np.isnan(wanted) & moving
    channel.on_hand[:] = np.where(known, np.maximum(np.rint(position) - on_its_way, 0), channel.on_hand)
    channel.pipeline[:] = pipeline * known
    channel.in_transit[:] = on_its_way * known
    state.distributors.stock_value[:] = (channel.on_hand + channel.in_transit) * state.distributors.wholesale


def _asked_for(state: MarketState) -> Array:
    """The inventory position that distributors order up to [D, own offers]; NaN for those whose rule has no such level."""
    channel, rows = state.goods.channel, np.arange(len(state.distributors))
    held = channel.on_hand.copy()
    channel.on_hand[:] = 0
    level = Distributor.decide_orders(state, rows).quantity
    channel.on_hand[:] = np.ceil(0.5 * level)
    less = Distributor.decide_orders(state, rows).quantity
    up_to = _orders_up_to(level, channel.on_hand, less).all(axis=1, keepdims=True)
    channel.on_hand[:] = held
    return np.where(up_to, level, np.nan)


def _orders_up_to(level: Array, held: Array, order: Array) -> NDArray[np.bool_]:
    """Whether a rule that orders ``level`` with nothing in stock orders less by just what is ``held``."""
    rest: NDArray[np.bool_] = np.abs(np.maximum(level - held, 0.0) - order) <= _ROUNDING * np.maximum(level, 1.0)
    return rest


#: Relative difference of orders that is one of rounding.
_ROUNDING = 1e-6


def _fill_plant(state: MarketState) -> None:
    plant, numbers, level = state.goods.plant, state.params.channel, state.goods.plant_forecast.level
    cycle, lead = numbers.production_cycle, numbers.production_lead_time
    lump, held = np.rint(cycle * level).astype(np.int64), plant.on_hand.copy()
    plant.on_hand[:] = 0
    target = Manufacturer.decide_production(state).quantity
    plant.on_hand[:] = np.ceil(0.5 * target)
    known = _orders_up_to(target, plant.on_hand, Manufacturer.decide_production(state).quantity).all()
    pipeline = np.zeros_like(plant.pipeline)
    for week in range(-lead, 0):
        if week % cycle == 0:
            pipeline[(week + lead) % len(pipeline)] += lump
    made = pipeline.sum(axis=0) * known
    plant.pipeline[:], plant.in_transit[:] = pipeline * known, made
    # The last production was started a whole cycle before week 0, which starts the next one.
    at_start = np.rint(target - (cycle - 1) * level).astype(np.int64) - made
    plant.on_hand[:] = np.where(known, np.maximum(at_start, 0), held)


def _open_books_again(state: MarketState) -> None:
    """Units and money of the opening follow the stock; owners put in what there is more, or take out what there is less."""
    goods, ledger = state.goods, state.ledger
    held = goods.channel.on_hand.sum(axis=0) + goods.channel.in_transit.sum(axis=0) + goods.plant.on_hand
    goods.units = UnitsBook(len(goods.units.made), held.size, held)
    cost = np.array([state.layout.offers[j].unit_cost for j in state.layout.own_offers], dtype=np.int64)
    worth = int((goods.plant.on_hand * cost).sum())
    rows = 1 + np.arange(len(state.distributors))
    _set_balance(state, Account.FINISHED_GOODS, np.array([worth]), np.array([MANUFACTURER]))
    _set_balance(state, Account.CHANNEL_STOCK, state.distributors.stock_value.sum(axis=1), rows)
    ledger.check()


def _set_balance(state: MarketState, account: Account, worth: Array, rows: Array) -> None:
    more = worth - state.ledger.balance(account)[rows]
    state.ledger.post(account, Account.CAPITAL, np.maximum(more, 0), entity=rows)
    state.ledger.post(Account.CAPITAL, account, np.maximum(-more, 0), entity=rows)
