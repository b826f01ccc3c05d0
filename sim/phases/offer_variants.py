"""Offer variants: designers develop them, segments are offered them, and their units are paid for.

A variant has more of one attribute and less of the others, at the rate at which the usual customer is indifferent: it gains
with those who value the attribute more than others do, and loses with those who value it less. Variants are made from the
common stock when they are delivered, so that nobody stocks them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.technical_department import TechnicalDepartment
from sim.derived.offer_variants import cost_of_variants, variants_on_sale
from sim.jit import sealed_array
from sim.solvers.message_fit import fit_of
from sim.state import MarketState
from sim.state.table import NEVER

Money = NDArray[np.int64]

#: What is written down of variants, by territory.
MEASURED = ("variant_customers", "variant_fit_sum", "variant_fit_believed_sum")


def adapt_offers(state: MarketState) -> int:
    """Renew who is offered which variant; returns what the development costs that begins this week, minor units."""
    answer = TechnicalDepartment.decide_variants(state)
    cost = 0
    if answer is not None:
        state.headquarters.variants = answer.attribute.astype(np.int64)
        state.headquarters.variant_fit = answer.fit.astype(np.float64)
        cost = _develop(state)
    if len(state.headquarters.variants):
        _show(state)
        _record(state)
    return cost


def _develop(state: MarketState) -> int:
    """Begin what was chosen and never begun; returns what it costs. Nothing that was developed is ever lost.

    What is offered in the first week of a market the company has had all along.
    """
    headquarters, numbers = state.headquarters, state.params.offer_variants
    if len(headquarters.variants_ready) == 0:
        headquarters.variants_ready = np.full(len(state.layout.attributes), NEVER, dtype=np.int64)
    chosen = np.unique(headquarters.variants[headquarters.variants >= 0])
    new = chosen[headquarters.variants_ready[chosen] == NEVER]
    if state.week == 0:
        headquarters.variants_ready[new] = 0
        return 0
    headquarters.variants_ready[new] = state.week + numbers.weeks
    return len(new) * len(state.layout.own_offers) * numbers.development


def _show(state: MarketState) -> None:
    """Put on the board of offers what variants have more and less of each attribute."""
    on_sale, board = variants_on_sale(state), state.boards.offers
    attributes, own = board.attributes.shape[1], np.array(state.layout.own_offers)
    variant = np.zeros((len(on_sale), len(board.brand), attributes))
    for group in np.flatnonzero(on_sale >= 0):
        variant[group, own] = -1.0 / attributes
        variant[group, own, on_sale[group]] += 1.0
    variant *= state.params.offer_variants.reach
    dtype = board.attributes.dtype
    state.boards.offers = board._replace(
        variant=sealed_array(variant.astype(dtype)),
        variant_usual=sealed_array((variant @ state.numbers.usual_taste).astype(dtype)),
    )


def _record(state: MarketState) -> None:
    """How well variants fit those who are offered them, in truth and as the firm believes."""
    group = state.customers.price_group.astype(np.int64)
    variant = variants_on_sale(state)[group]
    rows = np.flatnonzero(variant >= 0)
    fit = fit_of(variant[rows], state.customers.taste[rows], state.numbers.usual_taste)
    believed = state.headquarters.variant_fit[group[rows]]
    home, places = state.customers.territory[rows], len(state.layout.territories)
    for name, weights in zip(MEASURED, (np.ones(len(rows)), fit, believed), strict=True):
        state.record.put(state.week, name, np.bincount(home, weights=weights, minlength=places))


def delivered_variants(state: MarketState, ours: NDArray[np.int64]) -> tuple[NDArray[np.bool_], Money]:
    """Which of the orders ``ours`` are of variants [n], and what a unit of each costs us more, minor units [n]."""
    orders = state.today.fulfilled.orders
    group = state.customers.price_group[orders.customer[ours]].astype(np.int64)
    return variants_on_sale(state)[group] >= 0, cost_of_variants(state)[group, orders.offer[ours]]
