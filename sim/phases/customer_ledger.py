"""Customer ledger: our own books name some customers, and say what each of them bought from us, without a report of anyone.

The books know nobody who never bought from us, and nothing of what customers are like or buy elsewhere. Where the
departments do not use them, nothing of this reaches the customer database.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.agents.market_department import MarketDepartment
from sim.derived.purchase_weight import weight_of_purchase
from sim.questions.ledger import CustomerLedger
from sim.rng import Decision
from sim.state import Ints, MarketState, Report
from sim.state.table import NEVER
from sim.state.upkeep import distinct

Bools = NDArray[np.bool_]

# Draws of errors in the books as they are opened, by index within one decision; index 0 is the trait itself.
_VALUE, _ORDERS = 1, 2


def ask_for_ledger(state: MarketState) -> tuple[CustomerLedger | None, Report | None]:
    """Where the ledger is in use this week, and what the books say where it was not last week; None where they name nobody."""
    if not state.knowledge.in_books.shape[1]:
        return None, None
    answer = MarketDepartment.decide_ledger(state)
    before = state.headquarters.ledger_since
    if not len(before):
        before = np.full(len(answer.in_use), -1)
    fresh = answer.in_use & (before < 0)
    state.headquarters.ledger_since = np.where(answer.in_use, np.where(fresh, state.week, before), -1)
    return answer, _opened(state, fresh) if fresh.any() else None


def _opened(state: MarketState, where: Bools) -> Report:
    """The books of the territories flagged by ``where`` as of last week: all past purchases of those whom they name."""
    rows = named_buyers(state, state.customers.last_order)
    rows = rows[where[state.customers.territory[rows]]]
    keys, spread = state.customers.key[rows], state.params.database.ledger_error
    value, orders = (
        stock[rows] * np.exp(spread * rng.normal(state.seed, Decision.IN_BOOKS, 0, keys, index))
        for stock, index in ((state.diary.bought, _VALUE), (state.diary.ordered, _ORDERS))
    )
    entry = _of_books(state, rows, value, orders, state.customers.last_order[rows], arrives=state.week)
    entry.week -= 1
    return entry


def named_buyers(state: MarketState, last_order: Ints) -> Ints:
    """Rows of the customers whom our books name and who have an order in ``last_order`` [N]."""
    return np.flatnonzero(state.knowledge.in_books[:, 0] & (last_order != NEVER))


def in_ledger(state: MarketState, rows: Ints) -> Bools:
    """Which of the customers in ``rows`` have all they buy from us entered from the books."""
    if not state.knowledge.in_books.shape[1]:
        return np.zeros(len(rows), dtype=np.bool_)
    named: Bools = state.knowledge.in_books[rows, 0]
    return named & (state.headquarters.ledger_since[state.customers.territory[rows]] >= 0)


def has_news(state: MarketState, report: Report) -> Bools:
    """Of which customers in a ``report`` the records of purchases from us wait for it, where it has the latest news of all.

    Where the ledger is in use, for its entries alone, and for none from before it was opened: it had them then.
    """
    held = in_ledger(state, report.rows)
    latest: Bools = state.knowledge.confirmed[report.rows] <= report.week
    if not report.books:
        return latest & ~held
    if not report.adds:
        return held
    since = state.headquarters.ledger_since[state.customers.territory[report.rows]]
    return np.where(held, report.week >= since, latest)


def file_sales(state: MarketState, ours: Ints) -> None:
    """Enter the week's deliveries, those of orders at the places ``ours``, to customers whom the ledger in use names."""
    if not state.knowledge.in_books.shape[1]:
        return
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    places = ours[in_ledger(state, orders.customer[ours])]
    if len(places) == 0:
        return
    rows, place = distinct(orders.customer[places].astype(np.int64))
    # Whole minor units below 2^53, so that no order of summing shows.
    paid = (served[places] * state.numbers.list_price[orders.offer[places]]).astype(np.float64)
    weight = weight_of_purchase(state)
    value = np.bincount(place, weights=paid, minlength=len(rows)) * weight
    count = np.bincount(place, minlength=len(rows)) * weight
    arrives = state.week + state.params.database.ledger_lag
    entry = _of_books(state, rows, value, count, np.full(len(rows), state.week), arrives=arrives)
    entry.adds = True
    state.mail.reports.append(entry)


def _of_books(
    state: MarketState, rows: Ints, value: NDArray[np.floating], orders: NDArray[np.floating], last: Ints, arrives: int
) -> Report:
    return Report(
        arrives=arrives,
        week=state.week,
        rows=rows,
        value=value.astype(np.float32),
        orders=orders.astype(np.float32),
        last_order=last,
        potential=np.full(len(rows), np.nan, dtype=np.float32),
        marks=None,
        exact=True,
        books=True,
    )
