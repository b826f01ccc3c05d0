"""Tastes: customers change, and what the firm has on record of them does not.

Once in so many weeks individual tastes move around the mean of their type (AR(1)), widen by the factor h(t), and some
customers become another kind of customer. All draws are keyed by customer and week.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.customer_draws import ROWS_AT_ONCE, draw_traits, pick, tastes_of_types
from sim.project_draws import buying_rates, who_opens, yearly_of_types, yearly_projects
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.solvers.message_fit import usual_taste
from sim.state import MarketState
from sim.state.table import columns_of

Ints = NDArray[np.int64]

#: Columns that the phase reads and does not write.
READS = columns_of("customers", "key territory")
#: Columns that the phase may write, and read.
WRITES = columns_of("customers", "type marks taste price_sensitivity purchase_rate order_size")

# Draws of who changes type, distinguished by index.
_WHETHER, _WHICH = 0, 1


def change_tastes(state: MarketState) -> None:
    """Let customers change when it is time; nothing ever happens where nothing is to change."""
    numbers = state.params.tastes
    if not numbers.on or state.week == 0 or state.week % numbers.every:
        return
    state.taste_width *= numbers.wider
    rows = len(state.customers)
    parts = [slice(start, min(start + ROWS_AT_ONCE, rows)) for start in range(0, rows, ROWS_AT_ONCE)]
    if numbers.renewal != 0 or numbers.widening != 0:
        for part in parts:
            _move(state, part)
    if numbers.type_change != 0:
        _become(state, np.concatenate([_who_changes(state, part) for part in parts]))


def _move(state: MarketState, part: slice) -> None:
    """Individual tastes forget a part of themselves and gain as much that is new; then all of it widens."""
    numbers, customers, layout = state.params.tastes, state.customers, state.layout
    kind = customers.type[part]
    mean = tastes_of_types(layout)[kind]
    spread = np.array([t.taste_spread for t in layout.customer_types])[kind] * state.taste_width
    own = (customers.taste[part] - mean) * (numbers.kept * numbers.wider)
    if numbers.renewal != 0:
        attributes = np.arange(mean.shape[1])
        z = state.luck(Decision.TASTE_DRIFT).normal(customers.key[part][:, None], attributes[None, :])
        own += (np.sqrt(1.0 - numbers.kept**2) * spread)[:, None] * z
    customers.taste[part] = mean + own


def _who_changes(state: MarketState, part: slice) -> Ints:
    """Rows of the customers in ``part`` whose type is drawn again."""
    u = state.luck(Decision.TYPE_CHANGE).uniform(state.customers.key[part], _WHETHER)
    rows: Ints = part.start + np.flatnonzero(u < state.params.tastes.drawn_again)
    return rows


def _become(state: MarketState, rows: Ints) -> None:
    """The customers in ``rows`` get types by their shares, and the traits of a customer of that type.

    What they own, what they think of brands and the projects they have begun stay.
    """
    if len(rows) == 0:
        return
    customers, layout = state.customers, state.layout
    key = customers.key[rows]
    shares = np.array([t.share for t in layout.customer_types])
    kind = pick(shares, state.luck(Decision.TYPE_CHANGE).uniform(key, _WHICH))
    made = draw_traits(layout, state.seed, state.week, key, kind)
    mean = tastes_of_types(layout)[kind]
    customers.type[rows] = kind
    customers.taste[rows] = mean + state.taste_width * (made["taste"] - mean)
    customers.order_size[rows] = np.maximum(made["order_size"], 1.0)
    for name in ("marks", "price_sensitivity", "purchase_rate"):
        getattr(customers, name)[rows] = made[name]
    _open_other_projects(state, rows)
    heads = np.zeros_like(state.numbers.customers)
    np.add.at(heads, (customers.territory, customers.type), 1)
    usual = usual_taste(tastes_of_types(layout), heads.sum(axis=0))
    state.numbers = replace(state.numbers, customers=heads, usual_taste=usual)


def _open_other_projects(state: MarketState, rows: Ints) -> None:
    """From now on projects of the customers in ``rows`` open at the rates of their types."""
    business, customers, layout = state.opportunities, state.customers, state.layout
    if business.openings is None:
        return
    rates = np.zeros((len(customers), len(layout.categories)))
    rates[business.openings.row, business.openings.category] = business.openings.rate
    rates[rows] = yearly_of_types(layout)[customers.type[rows]] / WEEKS_PER_YEAR
    business.openings = who_opens(customers, rates)
    business.yearly = yearly_projects(layout, customers, rates)
    business.buying_rate = buying_rates(customers.purchase_rate, layout, rates)
