"""Demand: needs arise, customers choose."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.boards import build_need_board
from sim.jit import sealed
from sim.kernels.board import OfferBoard
from sim.kernels.choice import choose
from sim.kernels.demand_step import Chosen, choosers, demand_week
from sim.kernels.needs import Occasions
from sim.kernels.projects import PROJECT_ORDER
from sim.kernels.threads import blocks_of
from sim.phases.bargain import bargain_rebates, take_off_rebates
from sim.phases.projects import choose_for, decide_projects, places_of_decided
from sim.phases.record import count_by_cells
from sim.rng import Decision, stream
from sim.state import Ints, MarketState
from sim.state.opportunities import OpenProjects
from sim.state.orders import Habits, Purchases
from sim.state.table import columns_of
from sim.state.today import DecidedProjects, Demanded

#: Columns that the phase reads and does not write.
READS = (
    *columns_of(
        "customers",
        "key type territory distributor taste price_sensitivity purchase_rate order_size aware "
        "loyalty satisfaction relationship rival_relationship persuasion talk_weak talk_strong speaks owned bought_week "
        "price_group",
    ),
    *columns_of("rivals", "offer price unit_cost"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "need_open rebate"),
    *columns_of(
        "projects",
        "customer key number category opened stage_end units taste price_sensitivity worth guess attention carried",
    ),
)


def demand(state: MarketState) -> None:
    """Needs arise, and on each occasion the customer chooses an offer or nothing."""
    bargain_rebates(state)
    state.boards.needs = (
        build_need_board(state.layout, state.params, state.calendar) if _activity_moves(state) else state.boards.needs
    )
    ill = int(state.numbers.experience.ill)
    occasions, chosen, orders = demand_week(
        state.customers,
        state.network,
        state.boards.needs,
        state.boards.offers,
        state.numbers.choice,
        seed=state.seed,
        tick=state.week,
        ill=ill,
    )
    offer = orders.offer.astype(np.int64)
    price, rebate = take_off_rebates(state, orders.customer, offer, np.array(orders.price))
    bought = Purchases(
        customer=orders.customer.astype(np.int64),
        offer=offer,
        units=orders.units.astype(np.int64),
        index=orders.occasion.astype(np.int64),
        waited=np.zeros(len(offer), dtype=np.int64),
        price=price,
        discount=_granted(state, orders.customer, offer),
        stock=_stock_cells(state, orders.home, offer),
        habit=chosen.anyway[chosen.offer >= 0].astype(np.int64),
        rebate=rebate,
    )
    if state.books.kept_orders is not None:
        state.books.kept_orders.append(_list_occasions(state, occasions, chosen.offer, bought))
    habits = _habits(state, occasions.row.astype(np.int64), occasions.category, chosen)
    counted = count_by_cells(state, occasions.row)
    decided = decide_projects(state)
    if decided is not None and len(decided.projects):
        counted += count_by_cells(state, decided.projects.customer)
        bought = bought.insert(_project_orders(state, decided.projects, decided.chosen))
        of_projects = _habits(state, decided.projects.customer, decided.projects.category, decided.chosen)
        habits = habits.join(of_projects)
        if state.books.kept_orders is not None:
            state.books.kept_orders.append(_list_projects(state, decided))
    state.today.demanded = Demanded(bought, occasions, counted, habits, decided)


def _habits(state: MarketState, customer: Ints, category: Ints, chosen: Chosen) -> Habits:
    """What customers would have bought but for a rep who put them off, so that they bought nothing.

    Whoever buys something takes the habit along with the order. The need for a durable stays open: no choice was made yet.
    """
    other = ((chosen.offer < 0) & (chosen.anyway >= 0)).nonzero()[0]
    if len(other):
        other = other[~state.boards.offers.durable[category[other]]]
    return Habits(customer[other], chosen.anyway[other].astype(np.int64))


def _project_orders(state: MarketState, projects: OpenProjects, chosen: Chosen) -> Purchases:
    """Orders of decided ``projects`` for what is ``chosen``, none where it is nothing; the price is that of this week."""
    bought = chosen.offer >= 0
    customer, offer = projects.customer[bought], chosen.offer[bought].astype(np.int64)
    home = state.customers.distributor[customer]
    asked = state.boards.offers.price_minor[home, state.customers.price_group[customer], offer]
    price, rebate = take_off_rebates(state, customer, offer, asked)
    return Purchases(
        customer=customer,
        offer=offer,
        units=projects.units[bought],
        index=PROJECT_ORDER + projects.number[bought],
        waited=np.zeros(len(offer), dtype=np.int64),
        price=price,
        discount=_granted(state, customer, offer),
        stock=_stock_cells(state, home, offer),
        habit=chosen.anyway[bought].astype(np.int64),
        rebate=rebate,
    )


def _stock_cells(state: MarketState, home: NDArray[np.uint16], offer: Ints) -> NDArray[np.int64]:
    """Where orders are served from: the distributor's stock of the offer; −1 for rivals' offers."""
    column = state.numbers.own_column[offer]
    cells = home.astype(np.int64) * len(state.layout.own_offers) + column
    cells[column < 0] = -1
    return cells


def _granted(state: MarketState, customer: Ints, offer: Ints) -> NDArray[np.int64]:
    """The discount that goes with each order made now, minor units a unit; it stays with the order while it waits."""
    granted, off = state.today.decided.discount, state.today.decided.price_off
    found = np.zeros(len(offer), dtype=np.int64)
    if off is None and not granted.any():
        return found
    group = state.customers.price_group[customer]
    if granted.any():
        found += granted[group, offer]
    if off is not None:
        found += off[state.customers.territory[customer], group, offer]
    return found


def _activity_moves(state: MarketState) -> bool:
    needs = state.params.needs
    return needs.season_swing != 0 or needs.growth != 0


def choose_again(state: MarketState, orders: Purchases, stock: NDArray[np.int64]) -> Purchases:
    """The next choice of customers whose offer was out of stock: the same draws, without what is not there.

    The deciders of a project choose again as they chose. Who has waited since an earlier week chooses by draws of this week, under the number that its order waits with.
    """
    if len(orders.offer) == 0:
        return orders
    own = np.array(state.layout.own_offers)
    available = state.boards.offers.available.copy()
    available[:, own] &= stock > 0
    board = sealed(state.boards.offers._replace(available=available))
    chosen = _choose_among(state, orders, board)
    place = places_of_decided(state, orders)
    decided = state.today.demanded.decided
    if decided is not None and (place >= 0).any():
        again = choose_for(state, decided.projects.taken(place[place >= 0]), board)
        for of_orders, of_projects in zip(chosen, again, strict=True):
            of_orders[place >= 0] = of_projects
    return _instead(state, orders, chosen)


def _choose_among(state: MarketState, orders: Purchases, board: OfferBoard) -> Chosen:
    """What of ``board`` the customer of each order takes, by this week's draws of the order."""
    category = state.numbers.category[orders.offer]
    occasions = Occasions(
        orders.customer.astype(np.uint32),
        category.astype(np.uint8),
        orders.index.astype(np.uint32),
        np.zeros(1, dtype=np.int64),
    )
    chosen = Chosen.of(len(orders.offer))
    who = choosers(state.customers, state.network, int(state.numbers.experience.ill))
    luck = stream(state.seed, Decision.CHOICE, state.week)
    choose(0, blocks_of(len(orders.offer)), luck, sealed(occasions), who, board, state.numbers.choice, *chosen)
    return chosen


def _instead(state: MarketState, orders: Purchases, chosen: Chosen) -> Purchases:
    """Orders for what is ``chosen`` in place of ``orders``, none where it is nothing."""
    bought = chosen.offer >= 0
    customer, offer = orders.customer[bought], chosen.offer[bought].astype(np.int64)
    home = state.customers.distributor[customer]
    asked = state.boards.offers.price_minor[home, state.customers.price_group[customer], offer]
    price, rebate = take_off_rebates(state, customer, offer, asked)
    return Purchases(
        customer=customer,
        offer=offer,
        units=orders.units[bought],
        index=orders.index[bought],
        waited=np.zeros(len(offer), dtype=np.int64),
        price=price,
        discount=_granted(state, customer, offer),
        stock=_stock_cells(state, home, offer),
        habit=np.where(orders.habit == orders.offer, chosen.anyway, orders.habit)[bought],
        rebate=rebate,
    )


def _list_occasions(
    state: MarketState, occasions: Occasions, chosen: NDArray[np.int16], orders: Purchases
) -> dict[str, Any]:
    """Every occasion of the week in words, for ``results.orders``."""
    layout = state.layout
    offers = np.array([*(offer.name for offer in layout.offers), ""], dtype=object)
    categories = np.array([category.name for category in layout.categories], dtype=object)
    units = np.zeros(len(chosen), dtype=np.int64)
    price = np.zeros(len(chosen), dtype=np.int64)
    units[chosen >= 0], price[chosen >= 0] = orders.units, orders.price
    return {
        "week": np.full(len(chosen), state.week + 1),
        "customer": occasions.row.astype(np.int64),
        "category": categories[occasions.category],
        "offer": offers[chosen],
        "units": units,
        "price": price,
        "won": np.isin(chosen, layout.own_offers),
        "weeks_open": np.zeros(len(chosen), dtype=np.int64),
    }


def _list_projects(state: MarketState, decided: DecidedProjects) -> dict[str, Any]:
    """Every project decided this week in words, for ``results.orders``."""
    layout, projects, chosen = state.layout, decided.projects, decided.chosen.offer
    offers = np.array([*(offer.name for offer in layout.offers), ""], dtype=object)
    categories = np.array([category.name for category in layout.categories], dtype=object)
    home, group = state.customers.distributor[projects.customer], state.customers.price_group[projects.customer]
    asked = state.boards.offers.price_minor[home, group, chosen]
    price, _ = take_off_rebates(state, projects.customer, chosen, asked)
    return {
        "week": np.full(len(chosen), state.week + 1),
        "customer": projects.customer,
        "category": categories[projects.category],
        "offer": offers[chosen],
        "units": np.where(chosen >= 0, projects.units, 0),
        "price": np.where(chosen >= 0, price, 0),
        "won": np.isin(chosen, layout.own_offers),
        "weeks_open": state.week - projects.opened,
    }
