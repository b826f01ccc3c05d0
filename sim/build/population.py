"""Customers at the start: who they are, what they know, own and feel, by keyed draws or from the user's table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import rng
from sim.build.projects import project_rates
from sim.customer_draws import ROWS_AT_ONCE, draw_traits, pick
from sim.derived.newcomers import expected_quality
from sim.params import Params
from sim.params.service_quality import DIMENSIONS
from sim.params.world import World
from sim.project_draws import buying_rates
from sim.rng import Decision
from sim.stages import Stage
from sim.state.customers import NO_BRAND, Customers, make_customers
from sim.state.table import NEVER

Array = NDArray[Any]


def build_customers(world: World, params: Params, seed: int, table: pd.DataFrame | None, forces: int = 0) -> Customers:
    """All columns of customers except their neighbours' talk, which needs the network, and what rivals' reps built up.

    ``forces`` counts rival brands, where these have sales forces.
    """
    rows = len(table) if table is not None else world.customers
    customers = _empty(world, params, rows, forces)
    if table is not None:
        customers.fill({"key": table["key"].to_numpy(np.uint64)})
    for start in range(0, rows, ROWS_AT_ONCE):
        part = slice(start, min(start + ROWS_AT_ONCE, rows))
        some = _some_customers(
            world, params, seed, customers.key[part], table.iloc[part] if table is not None else None
        )
        with customers.lend(customers):
            for name in customers:
                if name != "rival_relationship":
                    customers.writable(name)[part] = getattr(some, name)
    return customers


def _empty(world: World, params: Params, rows: int, forces: int = 0) -> Customers:
    return make_customers(
        rows,
        brands=len(world.brands),
        categories=len(world.categories),
        attributes=len(world.attributes),
        marks=len(world.marks),
        churn=params.lapse.kind == "beta",
        rebates=len(world.offers) if params.rebates.power > 0 else 0,
        dimensions=len(DIMENSIONS) if params.service_quality.on else 0,
        forces=forces,
        hand_overs=params.change.hand_over_loss > 0,
        pitch=params.pitch.strength > 0.0,
    )


def _some_customers(world: World, params: Params, seed: int, key: Array, table: pd.DataFrame | None) -> Customers:
    """The customers with these keys; draws are keyed, so the division into groups does not matter."""
    customers = _empty(world, params, len(key))
    customers.fill({"key": key})
    kind = _types(world, seed, key, table)
    territory = _territories(world, seed, key, table)
    customers.fill(
        {"type": kind, "territory": territory, "distributor": _distributors(world, seed, key, territory, table)}
    )
    customers.fill(_tastes(world, seed, key, kind, table))
    customers.fill(_history(world, params, seed, customers, project_rates(world, kind, table)))
    if params.lapse.kind == "beta":
        yearly = rng.beta(seed, Decision.CHURN_PROPENSITY, 0, key, params.lapse.beta_a, params.lapse.beta_b)
        customers.fill({"churn": params.lapse.own_probability(yearly)[:, None]})
    if params.service_quality.on:
        neutral = params.experience.neutral_satisfaction
        customers.fill({"product": neutral, "dimensions": neutral})
    return customers


def _rows_of(names: pd.Series, entries: tuple[Any, ...]) -> Array:
    row = {entry.name: k for k, entry in enumerate(entries)}
    return np.array([row[name] for name in names], dtype=np.int64)


def _types(world: World, seed: int, key: Array, table: pd.DataFrame | None) -> Array:
    if table is not None:
        return _rows_of(table["type"], world.customer_types)
    shares = np.array([t.share for t in world.customer_types])
    return pick(shares, rng.uniform(seed, Decision.CUSTOMER_TYPE, 0, key))


def _territories(world: World, seed: int, key: Array, table: pd.DataFrame | None) -> Array:
    if table is not None:
        return _rows_of(table["territory"], world.territories)
    shares = np.array([t.share for t in world.territories])
    return pick(shares, rng.uniform(seed, Decision.TERRITORY, 0, key))


def _distributors(world: World, seed: int, key: Array, territory: Array, table: pd.DataFrame | None) -> Array:
    """Home distributor: given, or drawn among those of the territory by their size."""
    u = rng.uniform(seed, Decision.HOME_DISTRIBUTOR, 0, key)
    found = np.zeros(len(key), dtype=np.int64)
    home = np.array([place.territory for place in world.places])
    for t in range(len(world.territories)):
        inside = territory == t
        rows = np.flatnonzero(home == t)
        found[inside] = rows[pick(np.array(world.distributor_shares(t)), u[inside])]
    if table is not None and "distributor" in table:
        names = {name: d for d, (name, _) in enumerate(world.distributors)}
        given = table["distributor"].map(names)
        found = np.where(given.notna(), given.fillna(0).astype(np.int64), found)
    return found


def _tastes(world: World, seed: int, key: Array, kind: Array, table: pd.DataFrame | None) -> dict[str, Array]:
    """Taste, price sensitivity, purchase rate, order size and marks."""
    made = draw_traits(world, seed, 0, key, kind)
    if table is not None:
        for name in ("purchase_rate", "order_size", "price_sensitivity"):
            if name in table:
                made[name] = table[name].to_numpy(np.float64)
        for m, mark_name in enumerate(world.marks):
            if f"mark_{mark_name}" in table:
                made["marks"][:, m] = table[f"mark_{mark_name}"].to_numpy(np.float64)
    made["order_size"] = np.maximum(made["order_size"], 1.0)
    return made


def _history(world: World, params: Params, seed: int, customers: Customers, rates: Array) -> dict[str, Array]:
    """What customers own, know and feel when the simulation starts."""
    key, rows, brands = customers.key, len(customers), len(world.brands)
    owned, bought = _ownership(world, params, seed, customers, rates)
    known_share = np.array([b.aware_at_start for b in world.brands])
    knows = rng.uniform(seed, Decision.AWARE_AT_START, 0, key[:, None], np.arange(brands)[None, :]) < known_share
    uses = np.stack([(owned == b).any(axis=1) for b in range(brands)], axis=1)
    aware = ((knows | uses) << np.arange(brands)).sum(axis=1)
    count = np.maximum((owned != NO_BRAND).sum(axis=1), 1)
    loyalty = np.stack([(owned == b).sum(axis=1) / count for b in range(brands)], axis=1) * params.loyalty.at_start
    neutral = params.experience.neutral_satisfaction
    content = neutral >= params.experience.content_at
    ours = world.own_brand
    last = np.where(owned == ours, bought, NEVER).max(axis=1)
    stage = np.where(uses[:, ours], Stage.BUYER, np.where(knows[:, ours], Stage.AWARE, Stage.UNKNOWN))
    stage = np.where(uses[:, ours] & (loyalty[:, ours] >= params.loyalty.loyal_at), Stage.LOYAL, stage)
    buying = buying_rates(customers.purchase_rate, world, rates)
    least = np.float32(params.lapse.least_share)  # as the funnel holds it
    rate = np.maximum(buying * np.maximum(loyalty[:, ours], least), 1.0 / params.lapse.longest_interval)
    stage = np.where(uses[:, ours] & (-last * rate > params.lapse.intervals), Stage.LAPSED, stage)
    return {
        "owned": owned,
        "bought_week": bought,
        "aware": aware,
        "loyalty": loyalty,
        "satisfaction": np.full((rows, brands), neutral),
        "expectation": np.broadcast_to(expected_quality(world), (rows, brands)),
        "speaks": (uses & content).astype(np.int8),
        "last_order": last,
        "stage": stage,
    }


def _ownership(world: World, params: Params, seed: int, customers: Customers, rates: Array) -> tuple[Array, Array]:
    """Brand [N, C] of the last purchase in each category and its week, which is before week 0.

    ``rates`` [N, C]: projects a week; a customer that never has projects in an opportunity category owns nothing of it.
    """
    key = customers.key
    shares = np.array([b.users_at_start for b in world.brands])
    edges = np.cumsum(shares)
    owned = np.full((len(customers), len(world.categories)), NO_BRAND, dtype=np.int64)
    bought = np.full(owned.shape, NEVER, dtype=np.int64)
    longest = params.needs.longest_age_at_start
    for c, category in enumerate(world.categories):
        u = rng.uniform(seed, Decision.OWNED_AT_START, 0, key, c)
        brand = (u[:, None] >= edges).sum(axis=1)
        owner = brand < len(world.brands)
        # An owner's age is even over the life of what is owned, or over the interval between purchases.
        when = rng.uniform(seed, Decision.AGE_AT_START, 0, key, c)
        interval: Array | float = category.life_mean or 0.0
        if category.kind == "consumable":
            mixes = np.array([world.mix_of(t)[c] for t in world.customer_types])[customers.type]
            interval = np.minimum(1.0 / np.maximum(customers.purchase_rate * mixes, 1e-6), longest)
        if category.kind == "opportunity":
            owner &= rates[:, c] > 0
            interval = np.minimum(1.0 / np.maximum(rates[:, c], 1e-6), longest)
        owned[:, c] = np.where(owner, brand, NO_BRAND)
        bought[:, c] = np.where(owner, -1 - np.floor(when * interval), NEVER)
    return owned, bought
