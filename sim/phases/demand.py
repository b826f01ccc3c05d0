"""Spread and demand: brands become known, needs arise, customers choose."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.sales_rep import worth_of_calls
from sim.boards import build_need_board
from sim.kernels.choice import choose
from sim.kernels.demand_step import Visits, choosers, demand_week, relationship_week, spread_week
from sim.kernels.goodwill import advertising_hazard
from sim.kernels.jit import blocks_of, sealed
from sim.kernels.needs import Occasions
from sim.phases.record import count_by_cells
from sim.rng import Decision, stream
from sim.state import Ints, MarketState, Purchases


def spread(state: MarketState) -> None:
    """Advertising, visits and talk make brands known; visits build relationships."""
    numbers, brands = state.numbers, len(state.layout.brands)
    visits = visits_of_week(state)
    speaks = np.zeros(brands, dtype=np.uint8)
    speaks[state.layout.own_brand] = 1
    hazard = advertising_hazard(state.goodwill, numbers.advertising)
    ill = int(numbers.experience.ill)
    spread_week(
        state.customers,
        state.network,
        hazard,
        visits,
        speaks,
        numbers.spread,
        seed=state.seed,
        tick=state.week,
        ill=ill,
    )
    relationship_week(state.customers, visits, numbers.relationship)


def visits_of_week(state: MarketState) -> Visits:
    """Calls of this week; a call is worth more by skill and less while a newcomer learns."""
    rows = state.today.visited
    calls = state.diary.visits[rows].astype(np.int64)
    worth = worth_of_calls(state, state.knowledge.rep[rows])
    return Visits(rows.astype(np.uint32), calls, (calls * worth).astype(np.float32))


def demand(state: MarketState) -> None:
    """Needs arise, and on each occasion the customer chooses an offer or nothing."""
    state.needs = build_need_board(state.layout, state.params, state.week) if _activity_moves(state) else state.needs
    ill = int(state.numbers.experience.ill)
    occasions, chosen, orders = demand_week(
        state.customers,
        state.network,
        state.needs,
        state.board,
        state.numbers.choice,
        seed=state.seed,
        tick=state.week,
        ill=ill,
    )
    state.today.occasions_made = occasions
    state.today.occasions = count_by_cells(state, occasions.row)
    offer = orders.offer.astype(np.int64)
    state.today.orders = Purchases(
        customer=orders.customer.astype(np.int64),
        offer=offer,
        units=orders.units.astype(np.int64),
        index=orders.occasion.astype(np.int64),
        waited=np.zeros(len(offer), dtype=np.int64),
        price=np.array(orders.price),
        discount=_granted(state, orders.customer, offer),
        stock=_stock_cells(state, orders.home, offer),
    )
    if state.kept_orders is not None:
        state.kept_orders.append(_list_occasions(state, occasions, chosen))


def _stock_cells(state: MarketState, home: NDArray[np.uint16], offer: Ints) -> NDArray[np.int64]:
    """Where orders are served from: the distributor's stock of the offer; −1 for rivals' offers."""
    column = state.numbers.own_column[offer]
    first = home.astype(np.int64) * len(state.layout.own_offers)
    cells: NDArray[np.int64] = np.where(column >= 0, first + column, -1)
    return cells


def _granted(state: MarketState, customer: Ints, offer: Ints) -> NDArray[np.int64]:
    """The discount that goes with each order made now, minor units a unit; it stays with the order while it waits."""
    granted, off = state.today.discount, state.today.price_off
    found = np.zeros(len(offer), dtype=np.int64)
    group = state.customers.price_group[customer]
    if granted is not None and granted.any():
        found += granted[group, offer]
    if off is not None:
        found += off[state.customers.territory[customer], group, offer]
    return found


def _activity_moves(state: MarketState) -> bool:
    needs = state.params.needs
    return needs.season_swing != 0 or needs.growth != 0


def choose_again(state: MarketState, orders: Purchases, stock: NDArray[np.int64]) -> Purchases:
    """The next choice of customers whose offer was out of stock: the same draws, without what is not there.

    Who has waited since an earlier week chooses by draws of this week, under the number that its order waits with.
    """
    if len(orders.offer) == 0:
        return orders
    own = np.array(state.layout.own_offers)
    available = state.board.available.copy()
    available[:, own] &= stock > 0
    board = sealed(state.board._replace(available=available))
    category = state.numbers.category[orders.offer]
    occasions = Occasions(
        orders.customer.astype(np.uint32),
        category.astype(np.uint8),
        orders.index.astype(np.uint32),
        np.zeros(1, dtype=np.int64),
    )
    chosen = np.empty(len(orders.offer), dtype=np.int16)
    who = choosers(state.customers, state.network, int(state.numbers.experience.ill))
    luck = stream(state.seed, Decision.CHOICE, state.week)
    choose(0, blocks_of(len(chosen)), luck, sealed(occasions), who, board, state.numbers.choice, chosen)
    bought = chosen >= 0
    customer, offer = orders.customer[bought], chosen[bought].astype(np.int64)
    price = state.board.price_minor[state.customers.distributor[customer], state.customers.price_group[customer], offer]
    return Purchases(
        customer=customer,
        offer=offer,
        units=orders.units[bought],
        index=orders.index[bought],
        waited=np.zeros(len(offer), dtype=np.int64),
        price=price,
        discount=_granted(state, customer, offer),
        stock=_stock_cells(state, state.customers.distributor[customer], offer),
    )


def _list_occasions(state: MarketState, occasions: Occasions, chosen: NDArray[np.int16]) -> dict[str, Any]:
    """Every occasion of the week in words, for ``results.orders``."""
    layout = state.layout
    offers = np.array([*(offer.name for offer in layout.offers), ""], dtype=object)
    categories = np.array([category.name for category in layout.categories], dtype=object)
    units = np.zeros(len(chosen), dtype=np.int64)
    price = np.zeros(len(chosen), dtype=np.int64)
    orders = state.today.orders
    if orders is not None:
        units[chosen >= 0], price[chosen >= 0] = orders.units, orders.price
    return {
        "week": np.full(len(chosen), state.week + 1),
        "customer": occasions.row.astype(np.int64),
        "category": categories[occasions.category],
        "offer": offers[chosen],
        "units": units,
        "price": price,
        "won": np.isin(chosen, layout.own_offers),
    }
