"""Customers' past purchases from us: who has bought before, and how long ago, when the market starts.

Customers who use our brand have bought it. The others have bought from us too, now and then: on the share of their
occasions on which they would choose us as they are. Times between such purchases are exponential, so that the time since
the last one is as well. A market whose customers begin without a past wins thousands of them as "new" within a year, and
nobody is overdue.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.params import Params
from sim.params.world import World
from sim.project_draws import buying_rates
from sim.rng import Decision
from sim.stages import Stage
from sim.state.customers import NO_BRAND, Customers
from sim.state.table import NEVER

Array = NDArray[Any]


def remember_past(world: World, params: Params, seed: int, customers: Customers, rates: Array, ours_of: Array) -> None:
    """Set ``last_order``, ``stage`` and ``aware`` of customers who bought from us before they turned to another brand.

    ``rates`` [N, C] are projects a week, ``ours_of`` [N, C] is our share of each customer's occasions. Purchases longer ago
    than ``needs.longest_age_at_start`` are forgotten.
    """
    ours = world.own_brand
    last = customers.last_order.astype(np.int64)
    for c in range(len(world.categories)):
        elsewhere = customers.owned[:, c] != ours
        rate = ours_of[:, c] * purchases_a_week(world, customers, rates, c)
        u = rng.uniform(seed, Decision.PAST_PURCHASE, 0, customers.key, c)
        with np.errstate(divide="ignore"):
            since = np.floor(np.minimum(-np.log(u) / rate, -float(NEVER)))
        # Before the purchase by which the customer came to the brand that it uses now.
        latest = np.where(customers.owned[:, c] == NO_BRAND, 0, customers.bought_week[:, c].astype(np.int64))
        when = latest - 1 - since.astype(np.int64)
        bought = elsewhere & (rate > 0) & (when >= -params.needs.longest_age_at_start)
        last = np.maximum(last, np.where(bought, when, NEVER))
    with customers.lend(("last_order", "stage", "aware")):
        past = (customers.last_order == NEVER) & (last != NEVER)
        customers.writable("last_order")[:] = last
        customers.writable("aware")[past] |= np.asarray(1 << ours, customers.aware.dtype)
        stage = customers.writable("stage")
        stage[past] = np.where(_overdue(world, params, customers, rates, last)[past], Stage.LAPSED, Stage.BUYER)


def purchases_a_week(world: World, customers: Customers, rates: Array, c: int) -> Array:
    """Purchases a week of category ``c`` from anyone [N]; of durables none by those who own none."""
    category = world.categories[c]
    if category.kind == "opportunity":
        return rates[:, c]
    if category.kind == "durable":
        return np.where(customers.owned[:, c] == NO_BRAND, 0.0, 1.0 / category.life)
    mix = np.array([world.mix_of(t)[c] for t in world.customer_types])
    rate: Array = customers.purchase_rate * mix[customers.type]
    return rate


def _overdue(world: World, params: Params, customers: Customers, rates: Array, last: Array) -> Array:
    """Who has bought nothing from us for longer than the intervals after which a customer may lapse [N]."""
    share = np.maximum(customers.loyalty[:, world.own_brand], np.float32(params.lapse.least_share))
    expected = np.maximum(
        buying_rates(customers.purchase_rate, world, rates) * share, 1.0 / params.lapse.longest_interval
    )
    overdue: Array = -last * expected > params.lapse.intervals
    return overdue
