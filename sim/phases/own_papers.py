"""Own papers: orders, delivery notes and requests for repair name customers, so headquarters need not ask who they are.

What is made to order is made for somebody, what our engineers install or repair stands somewhere. Papers travel up the
reporting line like reports of reps, with its delay and its losses, but hold what was bought without error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.purchase_weight import weight_of_purchase
from sim.phases.customer_ledger import in_ledger
from sim.phases.reporting_line import arrives, by_delay, levels_passed
from sim.state import Floats, Ints, MarketState, Report
from sim.state.upkeep import Jobs, distinct

#: Index of a customer's papers among the draws of what gets lost; 0 is the rep's report of the same week.
_PAPER = 1
#: A week before all others.
_NO_WEEK = int(np.iinfo(np.int32).min)


def file_deliveries(state: MarketState, ours: Ints) -> None:
    """Send the papers of those of the week's orders, at the places ``ours``, that were made to order or get installed."""
    if not state.params.database.own_papers:
        return
    orders, served = state.today.fulfilled.orders, state.today.fulfilled.served
    offer = orders.offer[ours]
    ours = ours[_installed(state)[offer] | state.numbers.to_order[state.numbers.own_column[offer]]]
    if not len(ours):
        return
    # What the customer ledger has is not reported twice.
    ours = ours[~in_ledger(state, orders.customer[ours])]
    weight = weight_of_purchase(state)
    value = weight * (served[ours] * state.numbers.list_price[orders.offer[ours]])
    _send(state, orders.customer[ours], value, np.full(len(ours), weight), np.full(len(ours), state.week))


def file_repairs(state: MarketState, asked: Jobs) -> None:
    """Send the papers of requests for repair of items of ours: who owns them, and since when."""
    if state.params.database.own_papers and len(asked):
        nothing = np.zeros(len(asked))
        _send(state, asked.customer, nothing, nothing, state.customers.bought_week[asked.customer, asked.category])


def _installed(state: MarketState) -> NDArray[np.bool_]:
    """Offers [J] that engineers install: those of categories where something can fail."""
    can_fail: NDArray[np.bool_] = state.upkeep.fails[state.numbers.category]
    return can_fail


def _send(state: MarketState, customer: Ints, value: Floats, orders: Floats, last_order: Ints) -> None:
    """One paper for each customer with the sum of what is to be reported, by the territory's line; some get lost."""
    gateway = state.today.decided.gateway
    if len(customer) == 0:
        return
    rows, place = distinct(customer)
    arriving = arrives(levels_passed(state, gateway, rows, _PAPER))
    last = np.full(len(rows), _NO_WEEK)
    np.maximum.at(last, place, last_order)
    sums = [np.bincount(place, weights=what, minlength=len(rows)).astype(np.float32) for what in (value, orders)]
    for weeks, sent in by_delay(state, gateway, rows, arriving):
        state.mail.reports.append(
            Report(
                arrives=state.week + weeks,
                week=state.week,
                rows=rows[sent],
                value=sums[0][sent],
                orders=sums[1][sent],
                last_order=last[sent],
                potential=np.full(sent.sum(), np.nan, dtype=np.float32),
                marks=None,
                exact=True,
                adds=True,
            )
        )
