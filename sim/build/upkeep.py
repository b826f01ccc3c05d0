"""Upkeep at the start: failure rates, the last and next failure of items in use, and how many of ours have been in use since when."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.keys import keys_of
from sim.params import Params
from sim.params.world import World
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.solvers.reliability import Wear, age_at_failure
from sim.state.books import HoursBook
from sim.state.customers import Customers
from sim.state.table import NEVER
from sim.state.upkeep import DesignRecord, EngineerUse, ServiceTeams, Upkeep, week_of_age

#: Index of the draws of an item's last failure before the start and of its first one after: this + category.
_LAST_FAILURE, _FIRST_FAILURE = 64, 72


def build_upkeep(world: World, params: Params, seed: int, weeks: int, customers: Customers) -> Upkeep:
    """What fails, and who repairs it."""
    first_offer, quality = _offers(world)
    service, technical = ServiceTeams(len(world.territories)), DesignRecord(1)
    service.fill({"key": keys_of(t.name for t in world.territories)})
    factor = np.array([b.failure_factor for b in world.brands])[:, np.newaxis] * (first_offer >= 0)
    hours = HoursBook(weeks, len(world.territories), EngineerUse)
    upkeep = Upkeep(service, technical, _wear(world), factor, hours, 1.0, first_offer, quality)
    if upkeep.on:
        customers.fill(dict(zip(("failed_week", "next_failure"), _failures(seed, customers, upkeep), strict=True)))
        machines, age = _fleet(world, customers, upkeep)
        upkeep.start_hours = max(age, WEEKS_PER_YEAR) * params.technical.usage_hours
        service.fill({"machines": machines})
        technical.fill(
            {
                "fleet_hours": upkeep.start_hours,
                "learnt_hours": upkeep.start_hours,
                "believed_mtbf": specified_mtbf(world, params),
            }
        )
    return upkeep


def _wear(world: World) -> Wear:
    durable = np.array([category.kind == "durable" for category in world.categories])
    return Wear(
        np.where(durable, [category.failure_rate / WEEKS_PER_YEAR for category in world.categories], 0.0),
        np.array([category.life_mean or 1.0 for category in world.categories]),
        np.array([category.failure_shape for category in world.categories]),
    )


def specified_mtbf(world: World, params: Params) -> float:
    """Hours between failures of our durables as they were designed: what the category and the brand say."""
    ours = {world.offers[j].category for j in world.own_offers}
    rates = [c.failure_rate for c in world.categories if c.kind == "durable" and c.name in ours and c.failure_rate > 0]
    yearly = float(np.mean(rates or [0.0])) * world.brands[world.own_brand].failure_factor
    return params.technical.usage_hours * WEEKS_PER_YEAR / max(yearly, 1e-9)


def _failures(seed: int, customers: Customers, upkeep: Upkeep) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Week of the last failure [N, C] of what is owned at the start, and of the next; NEVER where there is none."""
    owned, bought = customers.owned, customers.bought_week.astype(np.int64)
    last, coming = np.full(owned.shape, NEVER, dtype=np.int64), np.full(owned.shape, NEVER, dtype=np.int64)
    for c in range(owned.shape[1]):
        rows = np.flatnonzero(owned[:, c] >= 0)
        wear = upkeep.wear_of(owned[rows, c], np.full(len(rows), c))
        age = -1.0 - bought[rows, c]  # at the end of the week before the first
        before, after = (
            age_at_failure(age, rng.uniform(seed, Decision.FAILURE, 0, customers.key[rows], index + c), wear, way)
            for index, way in ((_LAST_FAILURE, -1), (_FIRST_FAILURE, 1))
        )
        has = (wear.rate > 0) & (before > 0)
        last[rows[has], c] = (bought[rows, c] + np.ceil(np.where(has, before, 0.0)).astype(np.int64))[has]
        coming[rows, c] = week_of_age(bought[rows, c], after)
    return last, coming


def _fleet(world: World, customers: Customers, upkeep: Upkeep) -> tuple[NDArray[np.int64], float]:
    """Our items in use, of categories that can fail, by territory, and the weeks they have been in use, summed."""
    ours = (customers.owned == world.own_brand) & upkeep.fails
    machines = np.bincount(customers.territory, ours.sum(axis=1), len(world.territories)).astype(np.int64)
    return machines, float(-customers.bought_week[ours].astype(np.float64).sum())


def _offers(world: World) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """An offer of each brand in each category, −1 without one, and the mean quality of all of them [B, C]."""
    first = np.full((len(world.brands), len(world.categories)), -1, dtype=np.int64)
    quality = np.zeros(first.shape)
    for b, brand in enumerate(world.brands):
        for c, category in enumerate(world.categories):
            found = [j for j, o in enumerate(world.offers) if (o.brand, o.category) == (brand.name, category.name)]
            if found:
                first[b, c], quality[b, c] = found[0], np.mean([world.offers[j].quality for j in found])
    return first, quality
