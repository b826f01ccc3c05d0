"""Serve: what was delivered, or was not, becomes experience, habit, talk and a place in the funnel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.purchase_weight import weight_of_purchase
from sim.jit import sealed, sealed_array
from sim.kernels.demand_step import live_through, serve_week
from sim.kernels.experience import Deliveries, form_habits
from sim.kernels.needs import NUMBERS_A_WEEK, Occasions
from sim.kernels.running_averages import add_events, fade_all
from sim.kernels.threads import BLOCK
from sim.phases.customer_ledger import file_sales
from sim.phases.own_papers import file_deliveries
from sim.phases.projects import made_to_order, places_of_decided
from sim.phases.record import count_by_cells, tally_sold
from sim.phases.rival_watch import count_switches, hear_of_sales, watch_standing
from sim.phases.service_quality import feel_service
from sim.quantity import retention_of_half_life
from sim.state import MarketState
from sim.state.table import NEVER, columns_of
from sim.state.today import Served
from sim.state.upkeep import Jobs, distinct

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "key type territory distributor purchase_rate aware churn"),
    *columns_of("reps", "active tenure coached trained skill product_trained"),
    *columns_of("rivals", "offer"),
    *columns_of("rival_brands", "key"),
    *columns_of("rival_accounts", "customer brand by_customer"),
    *columns_of("distributors", "turnover effort usual_effort"),
    *columns_of("knowledge", "rep in_books"),
    *columns_of("diary", "visits"),
    *columns_of("projects", "customer category"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of(
        "customers",
        "loyalty satisfaction product dimensions contact expectation talk_weak talk_strong speaks owned bought_week "
        "need_open last_order stage",
    ),
    *columns_of("reps", "credited"),
    *columns_of("rivals", "share"),
    *columns_of("rival_brands", "sold market sold_usual market_usual share_kept effort_kept"),
    *columns_of("rival_accounts", "bought ordered last_order"),
    *columns_of("diary", "bought ordered"),
)


def serve(state: MarketState) -> None:
    """Live through the week's deliveries; reps are credited with what their accounts bought."""
    customers, numbers, orders = state.customers, state.numbers, state.today.fulfilled.orders
    ours = ((orders.stock >= 0) & (state.today.fulfilled.served > 0)).nonzero()[0]
    newcomers = _first_purchases(state, ours)
    count_switches(state)
    if state.today.maintained is not None:
        # Items are used, and fail, before what is delivered now takes their place.
        _live_through_use(state, state.today.maintained.in_use)
        _blame(state, state.today.maintained.given_up)
    _keep_habits(state)
    feel_service(state)
    lapsed = serve_week(
        customers,
        state.network,
        _deliveries(state),
        _needs_felt(state),
        state.boards.offers,
        numbers.experience,
        numbers.funnel,
        own_brand=state.layout.own_brand,
        seed=state.seed,
        tick=state.week,
        rate=state.opportunities.buying_rate,
    )
    sold = tally_sold(state)
    margin = _remember_purchases(state, ours)
    file_deliveries(state, ours)
    file_sales(state, ours)
    _watch_shares(state, sold)
    watch_standing(state, np.add.reduce(sold[2], axis=(0, 1)))
    hear_of_sales(state)
    state.today.served = Served(ours, sold, count_by_cells(state, newcomers), count_by_cells(state, lapsed), margin)


def _first_purchases(state: MarketState, ours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of customers who get an order from us for the first time."""
    customer = state.today.fulfilled.orders.customer[ours]
    first: NDArray[np.int64] = customer[state.customers.last_order[customer] == NEVER]
    return distinct(first)[0] if len(first) > 1 else first


def _deliveries(state: MarketState) -> Deliveries:
    """Deliveries, and disappointments of those who got nothing, in the order of customers' rows.

    Who waits for what is made to order has nothing to live through yet.
    """
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    got = served > 0
    performance = state.boards.offers.quality[orders.offer] - state.params.channel.unserved_disappointment * ~got
    deliveries = Deliveries(
        customer=orders.customer.astype(np.uint32),
        offer=orders.offer.astype(np.int16),
        occasion=orders.index.astype(np.uint32),
        bought=got,
        performance=performance.astype(np.float32),
        habit=orders.habit.astype(np.int16),
    )
    on_order = ~got & made_to_order(state, orders)
    if np.logical_or.reduce(on_order):
        known = (~on_order).nonzero()[0]
        deliveries = Deliveries._make([column[known] for column in deliveries])
    customer = deliveries.customer
    if not np.logical_or.reduce(customer[1:] < customer[:-1]):
        return deliveries
    order = customer.argsort(kind="stable")
    return Deliveries._make([column[order] for column in deliveries])


def _keep_habits(state: MarketState) -> None:
    """Habit follows what customers would have bought but for a rep's skill: published effects contain what it makes of sales."""
    habits = state.today.demanded.habits
    if len(habits.customer) == 0:
        return
    form_habits(
        sealed_array(habits.customer.astype(np.uint32)),
        sealed_array(habits.offer.astype(np.int16)),
        sealed_array(state.numbers.category.astype(np.uint8)),
        sealed(state.boards.offers),
        state.numbers.experience,
        state.customers.writable("loyalty"),
    )


def _live_through_use(state: MarketState, in_use: Deliveries) -> None:
    """What items in use did to their owners: no purchase, but satisfaction, expectation and talk."""
    live_through(
        state.customers,
        state.network,
        in_use,
        state.boards.offers,
        state.numbers.experience,
        seed=state.seed,
        tick=state.week,
    )


def _blame(state: MarketState, given_up: Jobs) -> None:
    """Who gives an item up because no one repaired it was failed twice, and is less drawn to that brand from now on."""
    left = np.float32(1.0 - state.params.service.blame)
    if left < 1.0 and len(given_up):
        brands = len(state.layout.brands)
        customer, brand = np.divmod(np.unique(given_up.customer * brands + given_up.brand), brands)
        state.customers.writable("loyalty")[customer, brand] *= left


def _needs_felt(state: MarketState) -> Occasions:
    """Who is in need this week, for the funnel: the week's occasions, and the projects that are open or were decided now."""
    occasions, decided = state.today.demanded.occasions, state.today.demanded.decided
    if decided is None:
        return occasions
    projects = state.opportunities.projects
    row = np.concatenate([projects.customer, decided.projects.customer, occasions.row])
    order = row.argsort(kind="stable")  # projects before the occasions of the same customer
    of = np.concatenate([projects.category, decided.projects.category, occasions.category])[order]
    felt = row[order].astype(np.uint32)
    start = felt.searchsorted((BLOCK * np.arange(len(occasions.start))).astype(np.uint32))
    return sealed(Occasions(felt, of.astype(np.uint8), np.zeros(len(felt), np.uint32), start.astype(np.int64)))


def _remember_purchases(state: MarketState, ours: NDArray[np.int64]) -> NDArray[np.float64]:
    """Yearly averages of what each customer buys from us, and what reps are credited with; returns their margin on it [R]."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    customer, offer = orders.customer[ours], orders.offer[ours]
    units = served[ours]
    value = units * state.numbers.list_price[offer]
    keep = np.float32(retention_of_half_life(state.params.database.memory))
    gain = weight_of_purchase(state)
    diary = state.diary
    for column, amount in (("bought", gain * value.astype(np.float32)), ("ordered", np.full(len(value), gain))):
        stock = diary.writable(column)
        fade_all(stock, keep)
        add_events(stock, customer, amount)
    rep = state.knowledge.rep[customer]
    kept = ((rep >= 0) & state.reps.active[rep]).nonzero()[0]
    rep, offer = rep[kept], offer[kept]
    margin = units[kept] * (state.numbers.list_price[offer] - state.numbers.unit_cost[offer])
    credited = np.zeros(len(state.reps), dtype=np.int64)
    np.add.at(credited, rep, value[kept])
    state.reps.credited[:] = credited
    return np.bincount(rep, weights=margin, minlength=len(state.reps)).astype(np.float64)


def _watch_shares(state: MarketState, sold: NDArray[np.int64]) -> None:
    """Rivals learn, with a lag, on which share of the occasions in its category each of their offers is bought.

    A decided project is an occasion too. Occasions on which nothing is bought count: this is the share that a mark-up under logit demand depends on.
    An order of an earlier week that is filled now, by us or by a rival, counts as one more occasion. A week without
    any teaches nothing.
    """
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    occasions, decided = state.today.demanded.occasions, state.today.demanded.decided
    category, categories = state.numbers.category, len(state.layout.categories)
    chances = np.bincount(occasions.category, minlength=categories)
    earlier = orders.index >= NUMBERS_A_WEEK
    if earlier.any():
        earlier &= (served > 0) & (places_of_decided(state, orders) < 0)
        chances += np.bincount(category[orders.offer[earlier]], minlength=categories)
    if decided is not None:
        chances = chances + np.bincount(decided.projects.category, minlength=categories)
    bought = np.add.reduce(sold[0], axis=(0, 1))
    offer, speed = state.rivals.offer, 1.0 / state.params.rivals.share_lag
    chance = chances[category[offer]]
    seen = np.where(chance > 0, bought[offer] / np.maximum(chance, 1), state.rivals.share)
    share = state.rivals.share
    share += speed * (seen - share)
