"""Fulfil: goods arrive, customers are served from their distributor's stock, distributors and plant order again.

Where distributors supply others, orders go up the channel within the week, from the last tier to the plant, and each
supplier ships to its sub-distributors what its own customers left before it orders for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.agents.distributor import Distributor
from sim.agents.manufacturer import Manufacturer
from sim.derived.plant_volume import owed_by_plant, shared_part
from sim.kernels.needs import NUMBERS_A_WEEK
from sim.kernels.projects import PROJECT_ORDER
from sim.kernels.rationing import Fate, choose_fates, ration_orders, share_out, share_out_each
from sim.kernels.stock_flow import receive, request, settle, ship, withdraw
from sim.kernels.tally import units_by_stock
from sim.phases.demand import choose_again
from sim.phases.projects import made_to_order
from sim.rng import Decision, stream
from sim.solvers.order_rules import ForecastArrays, observe_moving_average, observe_smoothing, of_rows, orders_due
from sim.solvers.plant import PlantWeek, run_plant
from sim.solvers.tiers import add_rows
from sim.state import MarketState
from sim.state.numbers import PlantNumbers
from sim.state.orders import Purchases
from sim.state.table import columns_of
from sim.state.today import Fulfilled
from sim.state.upkeep import among

Units = NDArray[np.int64]
#: Rows of some distributors, or all of them.
Rows: TypeAlias = NDArray[np.int64] | slice
_ALL = slice(None)

#: Columns that the phase reads and does not write.
READS = (
    *columns_of(
        "customers",
        "key type territory distributor taste price_sensitivity order_size aware loyalty satisfaction "
        "relationship rival_relationship persuasion rebate talk_weak talk_strong speaks price_group",
    ),
    *columns_of("distributors", "key territory trust shares_data payment reserve supplier wholesale"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("distributors", "purchases demand ordered volume demand_value"),
    *columns_of("channel", "on_hand backorders owed in_transit pipeline"),
    *columns_of("plant", "on_hand backorders owed in_transit pipeline"),
    *columns_of("forecasts", "level demands errors"),
    *columns_of("plant_forecast", "level demands errors"),
    *columns_of("shared_forecast", "level demands errors"),
)


@dataclass(frozen=True)
class _Delivered:
    """What customers asked for and got."""

    orders: Purchases
    served: Units
    delivered: Units
    demand: Units
    unserved: Units


def fulfil(state: MarketState) -> None:
    """One week of goods, from the plant to the customers."""
    made = _receive(state)
    sold = _serve_customers(state, state.today.demanded.orders)
    supplied, shipped = _trade(state)
    started, plant = _produce(state)
    state.today.fulfilled = Fulfilled(
        orders=sold.orders,
        served=sold.served,
        made=made,
        delivered=sold.delivered,
        demand=sold.demand,
        unserved=sold.unserved,
        supplied=supplied,
        shipped=shipped,
        started=started,
        plant=plant,
    )


def _receive(state: MarketState) -> Units:
    """Take in what is due; returns what the plant made."""
    receive(state.goods.channel, state.week)
    made: Units = receive(state.goods.plant, state.week)
    state.goods.units.make(state.week, made)
    return made


def _serve_customers(state: MarketState, new: Purchases) -> _Delivered:
    """A lottery for what is short; the unserved wait, look for another offer, or go without."""
    channel, waiting = state.goods.channel, state.goods.waiting
    orders = new if waiting is None else waiting.join(new)
    earlier = len(orders) - len(new)
    served, delivered = _ration(state, orders, channel.on_hand.ravel())
    missing = orders.units - served
    rows = missing.nonzero()[0]
    lacking = orders.rest(rows, missing[rows])
    owed: Units | int = 0
    if len(rows):
        orders, served, delivered, lacking = _turn_away(state, orders, served, delivered, lacking)
        owed = units_by_stock(lacking.stock, lacking.units, delivered.size).reshape(channel.on_hand.shape)
    demand, unserved = _count_demand(state, orders, served, earlier)
    total = delivered.reshape(channel.on_hand.shape)
    settle(channel, total, owed)
    state.goods.waiting = lacking
    state.goods.units.sell(state.week, np.add.reduce(total, axis=0))
    return _Delivered(orders, served, total, demand, unserved)


def _turn_away(
    state: MarketState, orders: Purchases, served: Units, delivered: Units, lacking: Purchases
) -> tuple[Purchases, Units, Units, Purchases]:
    """What becomes of what is ``lacking``: all orders, units served and delivered with second choices, and orders that wait."""
    fate = _fates(state, lacking)
    # Who waits for a durable keeps the need and chooses again next week; who waits for consumables stays in the queue.
    queues = (fate == Fate.WAITS) & ~state.boards.offers.durable[state.numbers.category[lacking.offer]]
    waiting = lacking.rest(queues, lacking.units[queues])
    if len(waiting):
        waiting = _a_week_older(waiting, state.week)
    switches = fate == Fate.SWITCHES
    if switches.any():
        channel = state.goods.channel
        left = channel.on_hand.ravel() - delivered
        asked = lacking.rest(switches, lacking.units[switches])
        switched = choose_again(state, asked, left.reshape(channel.on_hand.shape))
        instead, handed_over = _ration(state, switched, left, Decision.SECOND_RATIONING)
        orders, served = orders.join(switched), np.concatenate([served, instead])
        delivered = delivered + handed_over
    return orders, served, delivered, waiting


def _count_demand(state: MarketState, orders: Purchases, served: Units, earlier: int) -> tuple[Units, Units]:
    """What customers asked of each distributor, and did not get [D, own offers]; every wish is counted once, in its first week.

    New are this week's orders, those of customers who switched to another offer of ours among them, for the offer
    they switched to. Not new are the ``earlier`` orders that waited, and a customer who comes back for a durable
    that was not there: a distributor knows the customer again, and a forecast that took one customer for a new one
    every week would order a machine for each week of the shortage.
    """
    stock, units = orders.stock[earlier:], orders.units[earlier:]
    lacking = units - served[earlier:]
    any_lacking = lacking.any()
    if len(state.goods.wishes) or any_lacking:
        again = _wish_again(state, orders, served) - earlier
        units, lacking = units.copy(), lacking.copy()
        units[again], lacking[again] = 0, 0
    cells = state.goods.channel.on_hand
    demand = units_by_stock(stock, units, cells.size).reshape(cells.shape)
    unserved = np.zeros_like(cells)
    if any_lacking:
        unserved = units_by_stock(stock, lacking, cells.size).reshape(cells.shape)
        unserved[:, state.numbers.to_order] = 0  # no one expected to get it at once
    state.distributors.demand[:] = demand
    return demand, unserved


def _wish_again(state: MarketState, orders: Purchases, served: Units) -> NDArray[np.int64]:
    """Places of orders for a durable that the customer asked for before; the wishes of the market are brought up to date.

    Wishes are the durables of ours that were asked for and not delivered, as customer × offers + offer, while the
    need for one is open. A purchase, whoever sells it, ends the need, and with it all wishes of the category.
    """
    offers, categories, category = len(state.layout.offers), len(state.layout.categories), state.numbers.category
    durable = state.boards.offers.durable[category][orders.offer].nonzero()[0]
    wish = orders.customer[durable] * offers + orders.offer[durable]
    bought = served[durable] > 0
    refused = ~bought & (orders.stock[durable] >= 0)
    if len(state.goods.wishes) == 0 and not refused.any():
        return durable[:0]
    again = durable[among(wish, state.goods.wishes)]
    wishes = np.unique(np.concatenate([state.goods.wishes, wish[refused]]))
    need, ended = (w // offers * categories + category[w % offers] for w in (wishes, wish[bought]))
    state.goods.wishes = wishes[~among(need, ended)]
    return again


def _a_week_older(orders: Purchases, week: int) -> Purchases:
    """Orders that wait; those of this week get a number that no other order of the customer has, ever; projects have one."""
    named = (orders.waited > 0) | (orders.index >= PROJECT_ORDER)
    number = np.where(named, orders.index, orders.index + NUMBERS_A_WEEK * (week + 1))
    return replace(orders, index=number, waited=orders.waited + 1)


def _fates(state: MarketState, lacking: Purchases) -> NDArray[np.uint8]:
    numbers = state.params.channel
    keys = state.customers.key[lacking.customer]
    lottery = stream(state.seed, Decision.UNSERVED, state.week)
    fate = choose_fates(lottery, keys, lacking.index, lacking.units, numbers.unserved_wait, numbers.unserved_switch)
    project = lacking.index >= PROJECT_ORDER
    if project.any():
        # What a project was decided for is bought somewhere: it waits, or is decided again among what is in stock.
        which, waits = (keys[project], lacking.index[project], lacking.units[project]), state.params.projects.patience
        fate[project] = choose_fates(lottery, *which, waits, 1.0 - waits)
        fate[project & made_to_order(state, lacking)] = Fate.WAITS
    return fate


def _ration(
    state: MarketState, orders: Purchases, supply: Units, decision: Decision = Decision.RATIONING
) -> tuple[Units, Units]:
    """Units served of each order, and units delivered out of each cell."""
    lottery = stream(state.seed, decision, state.week)
    keys = state.customers.key[orders.customer]
    return ration_orders(
        lottery, orders.stock, keys, orders.index, orders.units, orders.waited, np.ascontiguousarray(supply)
    )


def _trade(state: MarketState) -> tuple[Units, Units]:
    """Orders go up the channel, tier by tier, and goods come down: each supplier ships before it orders for itself.

    Returns what suppliers and the plant shipped [D, own offers].
    """
    chain = state.numbers.tiers
    supplied = np.zeros_like(state.goods.channel.owed)
    passed_on = np.zeros_like(supplied)
    asked = np.array(state.distributors.demand)
    for rows in reversed(chain[1:]):
        supplier = state.distributors.supplier[rows]
        _order(state, rows, asked)
        add_rows(asked, supplier, _news_of(state, rows, asked))
        supplied[rows] = _supply(state, rows, supplier)
        add_rows(passed_on, supplier, of_rows(supplied, rows))
    _order(state, slice(None) if len(chain) == 1 else chain[0], asked)
    return supplied, _ship(state, supplied, passed_on)


def _news_of(state: MarketState, rows: NDArray[np.int64], asked: Units) -> Units:
    """What suppliers learn this week of the wants of the sub-distributors in ``rows``: their orders, or data they share."""
    ordered = of_rows(state.distributors.ordered, rows)
    if not state.params.channel.data_to_suppliers:
        return ordered
    news: Units = np.where(state.distributors.shares_data[rows, None], of_rows(asked, rows), ordered)
    return news


def _order(state: MarketState, rows: Rows, asked: Units) -> None:
    """The distributors in ``rows`` take in what was ``asked`` of each this week and, those whose turn it is, order."""
    distributors = state.distributors
    _forecast(state, state.goods.forecasts, of_rows(asked, rows), rows)
    ordered = np.rint(Distributor.decide_orders(state, rows).quantity).astype(np.int64)
    cycle = state.params.channel.order_cycle
    if cycle > 1:
        # By key, not by row: one distributor more leaves the weeks of the others alone.
        due = orders_due((distributors.key[rows] % np.uint64(cycle)).astype(np.int64), state.week, cycle)
        ordered *= due[:, None]
    distributors.ordered[rows] = ordered
    request(state.goods.channel, ordered, rows)


def _forecast(state: MarketState, forecast: ForecastArrays, demand: NDArray[Any], rows: Rows = _ALL) -> None:
    """Take this week's ``demand`` of ``rows`` into a ``forecast``, in the way of this market's channel."""
    numbers = state.params.channel
    if numbers.forecast == "exponential":
        observe_smoothing(forecast, demand, state.week, numbers.smoothing, rows)
    else:
        observe_moving_average(forecast, demand, state.week, rows)


def _supply(state: MarketState, rows: NDArray[np.int64], supplier: NDArray[np.integer[Any]]) -> Units:
    """Distributors ship to the sub-distributors in ``rows`` what their own customers left, shared out when short.

    ``supplier`` [rows] is who supplies each; returns the units shipped [rows, own offers].
    """
    distributors, channel = state.distributors, state.goods.channel
    wanted = _within_credit(state, rows, of_rows(channel.owed, rows), state.ledger.claims[1 + supplier, 1 + rows])
    lottery = stream(state.seed, Decision.SUB_SUPPLY, state.week)
    shipped = share_out_each(lottery, channel.on_hand, wanted, distributors.key[rows], supplier)
    leaving, arriving = np.zeros_like(channel.owed), np.zeros_like(channel.owed)
    add_rows(leaving, supplier, shipped)
    arriving[rows] = shipped
    withdraw(channel, leaving)
    ship(channel, arriving, state.week, state.params.channel.sub_lead_time)
    return shipped


def _within_credit(state: MarketState, rows: Rows, owed: Units, debts: Units) -> Units:
    """What may be shipped of ``owed`` [rows, own offers]: nothing to who owes its supplier more than the credit limit."""
    limit = state.params.channel.credit_limit_weeks * state.distributors.purchases[rows]
    granted: Units = np.where((debts <= limit)[:, None], owed, 0)
    return granted


def _ship(state: MarketState, supplied: Units, passed_on: Units) -> Units:
    """The plant ships what it has, shared out when short; nothing to a distributor beyond its credit.

    ``supplied`` [D, own offers] is what sub-distributors got from others, ``passed_on`` the same by who shipped it;
    returns what the plant shipped [D, own offers].
    """
    distributors = state.distributors
    debts = state.ledger.claims[0, 1 : state.ledger.outside]
    wanted = _within_credit(state, _ALL, owed_by_plant(state), debts)
    lottery = stream(state.seed, Decision.SHORT_SUPPLY, state.week)
    shipped = share_out(lottery, state.goods.plant.on_hand, wanted, distributors.key)
    ship(state.goods.channel, shipped, state.week, state.params.channel.lead_time)
    settle(state.goods.plant, np.add.reduce(shipped, axis=0), 0)
    received, list_price = shipped + supplied, state.numbers.own_list_price
    weight = 1.0 / state.params.channel.forecast_window
    for average, now in (
        (distributors.purchases, np.add.reduce(received * distributors.wholesale, axis=1)),
        (distributors.volume, (received - passed_on) @ list_price),
        (distributors.demand_value, distributors.demand @ list_price),
    ):
        average += weight * (now - average)
    return shipped


def _produce(state: MarketState) -> tuple[Units, PlantWeek | None]:
    """The plant forecasts from orders and from shared sell-out, and starts production; returns what [own offers].

    What is beyond its capacity and overtime waits at the plant, and is in production as far as planning is concerned.
    """
    orders = np.add.reduce(of_rows(state.distributors.ordered, state.numbers.tiers[0]), axis=0)
    share = shared_part(state)
    _forecast(state, state.goods.plant_forecast, orders)
    _forecast(state, state.goods.shared_forecast, _shared_demand(state, orders, share))
    cycle = state.week % state.params.channel.production_cycle == 0
    started = np.rint(Manufacturer.decide_production(state, share).quantity).astype(np.int64) * cycle
    request(state.goods.plant, started)
    plant = None if state.numbers.plant is None else _work_at_plant(state, state.numbers.plant)
    if plant is not None:
        started = plant.started
    ship(state.goods.plant, started, state.week, state.params.channel.production_lead_time)
    return started, plant


def _work_at_plant(state: MarketState, plant: PlantNumbers) -> PlantWeek:
    """What the plants get done this week of the production orders that wait.

    Units come first that are needed, beyond stock and what is being made, for what distributors are owed and expected to order
    until production started now is finished. What only fills up the stock can wait.
    """
    goods, debts = state.goods, state.ledger.claims[0, 1 : state.ledger.outside]
    owed = np.add.reduce(_within_credit(state, _ALL, owed_by_plant(state), debts), axis=0)
    soon = goods.plant_forecast.level * state.params.channel.production_cover_weeks
    urgent = np.ceil(np.maximum(owed + soon - goods.plant.on_hand - goods.plant.in_transit, 0.0))
    overtime = state.params.plant.overtime
    week = run_plant(goods.plant.owed, urgent, goods.begun, plant.company, plant.work, plant.capacity, overtime)
    goods.begun = week.begun
    return week


def _shared_demand(state: MarketState, orders: Units, share: float) -> NDArray[np.float64]:
    """What customers asked of the distributors who share, scaled up to all by their ``share`` of the volume; else ``orders``."""
    sharing = state.distributors.shares_data
    if not sharing.any():
        return orders.astype(np.float64)
    scaled: NDArray[np.float64] = np.add.reduce(state.distributors.demand[sharing], axis=0) / max(share, 1e-9)
    return scaled
