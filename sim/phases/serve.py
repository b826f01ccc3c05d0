"""Serve: what was delivered, or was not, becomes experience, habit, talk and a place in the funnel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import sealed, sealed_array
from sim.kernels.demand_step import live_through, serve_week
from sim.kernels.experience import Deliveries, form_habits
from sim.kernels.needs import NUMBERS_A_WEEK, Occasions
from sim.kernels.running_averages import add_events, fade_all
from sim.kernels.threads import BLOCK
from sim.phases.own_papers import file_deliveries, weight_of_purchase
from sim.phases.projects import made_to_order, places_of_decided
from sim.phases.record import count_by_cells, tally_sold
from sim.population import NEVER
from sim.quantity import retention_of_half_life
from sim.state import MarketState


def serve(state: MarketState) -> None:
    """Live through the week's deliveries; reps are credited with what their accounts bought."""
    customers, numbers = state.customers, state.numbers
    ours = _our_deliveries(state)
    newcomers = _first_purchases(state, ours)
    occasions = state.today.occasions_made
    if occasions is None:
        return
    if state.today.in_use is not None:
        # Items are used, and fail, before what is delivered now takes their place.
        _live_through_use(state, state.today.in_use)
    _keep_habits(state)
    lapsed = serve_week(
        customers,
        state.network,
        _deliveries(state),
        _needs_felt(state, occasions),
        state.board,
        numbers.experience,
        numbers.funnel,
        own_brand=state.layout.own_brand,
        seed=state.seed,
        tick=state.week,
        rate=state.buying_rate,
    )
    state.today.sold = tally_sold(state)
    state.today.new_customers = count_by_cells(state, newcomers)
    state.today.lapses = count_by_cells(state, lapsed)
    _remember_purchases(state, ours)
    file_deliveries(state, ours)
    _watch_shares(state)


def _our_deliveries(state: MarketState) -> NDArray[np.int64]:
    """Places of the week's orders that we deliver on, in full or in part."""
    orders, served = state.today.orders, state.today.served
    assert orders is not None
    assert served is not None
    state.today.ours = np.flatnonzero((orders.stock >= 0) & (served > 0))
    return state.today.ours


def _first_purchases(state: MarketState, ours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of customers who get an order from us for the first time."""
    orders = state.today.orders
    assert orders is not None
    customer = orders.customer[ours]
    first: NDArray[np.int64] = np.unique(customer[state.customers.last_order[customer] == NEVER])
    return first


def _deliveries(state: MarketState) -> Deliveries:
    """Deliveries, and disappointments of those who got nothing, in the order of customers' rows.

    Who waits for what is made to order has nothing to live through yet.
    """
    orders, served = state.today.orders, state.today.served
    assert orders is not None
    assert served is not None
    got = served > 0
    performance = state.board.quality[orders.offer] - np.where(got, 0.0, state.params.channel.unserved_disappointment)
    deliveries = Deliveries(
        customer=orders.customer.astype(np.uint32),
        offer=orders.offer.astype(np.int16),
        occasion=orders.index.astype(np.uint32),
        bought=got,
        performance=performance.astype(np.float32),
        habit=orders.habit.astype(np.int16),
    )
    on_order = ~got & made_to_order(state, orders)
    if on_order.any():
        deliveries = Deliveries._make(column[~on_order] for column in deliveries)
    customer = deliveries.customer
    if not np.any(customer[1:] < customer[:-1]):
        return deliveries
    order = np.argsort(customer, kind="stable")
    return Deliveries._make(column[order] for column in deliveries)


def _keep_habits(state: MarketState) -> None:
    """Habit follows what customers would have bought but for a rep's skill: published effects hold what it makes of sales."""
    habits = state.today.habits
    if habits is None or len(habits.customer) == 0:
        return
    form_habits(
        sealed_array(habits.customer.astype(np.uint32)),
        sealed_array(habits.offer.astype(np.int16)),
        sealed_array(state.numbers.category.astype(np.uint8)),
        sealed(state.board),
        state.numbers.experience,
        state.customers.writable("loyalty"),
    )


def _live_through_use(state: MarketState, in_use: Deliveries) -> None:
    """What items in use did to their owners: no purchase, but satisfaction, expectation and talk."""
    live_through(
        state.customers,
        state.network,
        in_use,
        state.board,
        state.numbers.experience,
        seed=state.seed,
        tick=state.week,
    )


def _needs_felt(state: MarketState, occasions: Occasions) -> Occasions:
    """Who is in need this week, for the funnel: ``occasions``, and the projects that are open or were decided now."""
    decided = state.today.decided
    if decided is None:
        return occasions
    row = np.concatenate([state.projects.customer, decided.projects.customer])
    category = np.concatenate([state.projects.category, decided.projects.category]).astype(np.uint8)
    order = np.argsort(row)
    places = np.searchsorted(occasions.row, row[order])
    felt = np.insert(occasions.row, places, row[order].astype(np.uint32))
    start = np.searchsorted(felt, (BLOCK * np.arange(len(occasions.start))).astype(np.uint32))
    number = np.zeros(len(felt), np.uint32)
    of = np.insert(occasions.category, places, category[order])
    return sealed(Occasions(felt, of, number, start.astype(np.int64)))


def _remember_purchases(state: MarketState, ours: NDArray[np.int64]) -> None:
    """Yearly averages of what each customer buys from us, and what reps are credited with."""
    orders, served = state.today.orders, state.today.served
    assert orders is not None
    assert served is not None
    customer, offer = orders.customer[ours], orders.offer[ours]
    units = served[ours]
    value = units * state.numbers.list_price[offer]
    keep = np.float32(retention_of_half_life(state.params.database.memory))
    gain = weight_of_purchase(state)
    diary = state.diary
    for column, amount in (("bought", value), ("ordered", np.ones(len(value)))):
        stock = diary.writable(column)
        fade_all(stock, keep)
        add_events(stock, customer, gain * amount.astype(np.float32))
    rep = state.knowledge.rep[customer]
    kept = np.flatnonzero((rep >= 0) & state.reps.active[rep])
    rep, offer = rep[kept], offer[kept]
    margin = units[kept] * (state.numbers.list_price[offer] - state.numbers.unit_cost[offer])
    credited = np.zeros(len(state.reps), dtype=np.int64)
    np.add.at(credited, rep, value[kept])
    state.reps.credited[:] = credited
    state.today.credited_margin = np.bincount(rep, weights=margin, minlength=len(state.reps)).astype(np.float64)


def _watch_shares(state: MarketState) -> None:
    """Rivals learn, with a lag, on which share of the occasions in its category each of their offers is bought.

    A decided project is an occasion too. Occasions on which nothing is bought count: this is the share that a mark-up under logit demand depends on.
    An order of an earlier week that is filled now, by us or by a rival, stands for one more occasion. A week without
    any teaches nothing.
    """
    orders, served, occasions = state.today.orders, state.today.served, state.today.occasions_made
    sold = state.today.sold
    assert orders is not None
    assert served is not None
    assert occasions is not None
    assert sold is not None
    category, categories = state.numbers.category, len(state.layout.categories)
    earlier = np.flatnonzero((orders.index >= NUMBERS_A_WEEK) & (places_of_decided(state, orders) < 0))
    late = category[orders.offer[earlier[served[earlier] > 0]]]
    chances = np.bincount(occasions.category, minlength=categories) + np.bincount(late, minlength=categories)
    if state.today.decided is not None:
        chances = chances + np.bincount(state.today.decided.projects.category, minlength=categories)
    bought = sold[0].sum(axis=(0, 1))
    offer, speed = state.rivals.offer, 1.0 / state.params.rivals.share_lag
    chance = chances[category[offer]]
    seen = np.where(chance > 0, bought[offer] / np.maximum(chance, 1), state.rivals.share)
    state.rivals.share[:] += speed * (seen - state.rivals.share)
