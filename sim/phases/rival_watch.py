"""Rivals watch: their sales and share, what their accounts buy as far as they hear, and distributors' effort for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.rival_accounts import draw_keys
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.state import MarketState
from sim.state.mail import RivalSales


def watch_standing(state: MarketState, sold: NDArray[np.int64]) -> None:
    """Compare every rival's share of sales now with its usual one; ``sold`` [J]: what all customers paid, minor units.

    Both are averages that start as plain means, so that the first weeks look neither like a gain nor like a loss.
    """
    numbers, brands, week = state.params.rival_force, state.rival_brands, state.week
    theirs = state.rivals.offer
    own = np.bincount(state.boards.offers.rival[theirs], weights=sold[theirs], minlength=len(brands))
    total = float(np.add.reduce(sold))
    for sales, market, memory in (
        (brands.sold, brands.market, numbers.share_memory),
        (brands.sold_usual, brands.market_usual, numbers.usual_memory),
    ):
        weight = 1.0 / min(week + 1, memory)
        sales += weight * (own - sales)
        market += weight * (total - market)
    now, usual = brands.sold * brands.market_usual, brands.sold_usual * brands.market
    brands.share_kept[:, week] = np.divide(now, usual, out=np.ones(len(brands)), where=usual > 0)
    brands.effort_kept[:, week] = _effort_kept(state)


def _effort_kept(state: MarketState) -> NDArray[np.float64]:
    """The part of distributors' effort that each rival has, relative to the usual [F]; each distributor counts by its turnover."""
    distributors, rows = state.distributors, list(state.layout.rival_brands)
    size = distributors.turnover.sum(axis=1)
    now, usual = size @ distributors.effort[:, rows], size @ distributors.usual_effort[:, rows]
    kept: NDArray[np.float64] = np.divide(now, usual, out=np.ones(len(rows)), where=usual > 0)
    return kept


def hear_of_sales(state: MarketState) -> None:
    """Rivals hear of some of this week's purchases of their accounts, later; and now of those of earlier weeks."""
    accounts, mail = state.rival_accounts, state.mail
    if len(accounts) == 0:
        return
    _send(state)
    numbers = state.params.rival_force
    keep = np.exp(-1.0 / numbers.sales_memory)
    bought, ordered = accounts.bought, accounts.ordered
    bought *= keep
    ordered *= keep
    for news in [news for news in mail.rival_sales if news.arrives <= state.week]:
        gain, size = WEEKS_PER_YEAR * (1.0 - keep), len(accounts)
        bought += gain * np.bincount(news.rows, weights=news.value, minlength=size)
        ordered += gain * np.bincount(news.rows, minlength=size)
        accounts.last_order[news.rows] = np.maximum(accounts.last_order[news.rows], news.week)
    mail.rival_sales = [news for news in mail.rival_sales if news.arrives > state.week]


def _send(state: MarketState) -> None:
    """Put what rivals will hear of this week's deliveries on its way, in the order of their lists."""
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    numbers, accounts = state.params.rival_force, state.rival_accounts
    brand = state.boards.offers.rival[orders.offer]
    sold = ((brand >= 0) & (served > 0)).nonzero()[0]
    brands = len(state.rival_brands)
    order = accounts.by_customer
    name = accounts.customer[order] * brands + accounts.brand[order]
    wanted = orders.customer[sold] * brands + brand[sold]
    at = np.minimum(name.searchsorted(wanted), len(name) - 1)
    listed = (name[at] == wanted).nonzero()[0]
    place, sold = order[at[listed]], sold[listed]
    seen = state.luck(Decision.RIVAL_SALES_SEEN).uniform(draw_keys(state, place), orders.index[sold])
    heard = (seen < numbers.sales_seen).nonzero()[0]
    place, sold = place[heard], sold[heard]
    in_order = np.lexsort((orders.index[sold], place))
    value = (served[sold] * orders.price[sold]).astype(np.float64)
    arrives = state.week + numbers.sales_lag
    state.mail.rival_sales.append(RivalSales(arrives, state.week, place[in_order], value[in_order]))


def count_switches(state: MarketState) -> None:
    """Customers whose purchase of this week replaces an item or supply of ours by a rival's, and the other way round."""
    if len(state.rival_accounts) == 0:
        return
    orders, served, own = state.today.fulfilled.orders, state.today.fulfilled.served, state.layout.own_brand
    got = (served > 0).nonzero()[0]
    offer = orders.offer[got]
    before = state.customers.owned[orders.customer[got], state.numbers.category[offer]]
    ours = state.boards.offers.own[offer]
    to_rivals, to_us = (before == own) & ~ours, (before >= 0) & (before != own) & ours
    state.record.put(state.week, "switches_to_rivals", float(np.count_nonzero(to_rivals)))
    state.record.put(state.week, "switches_to_us", float(np.count_nonzero(to_us)))
