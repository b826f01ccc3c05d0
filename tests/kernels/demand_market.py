"""A small market for tests of the demand kernels: customers, network, boards, numbers, and whole weeks of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.kernels.board import NeedBoard, OfferBoard, appeal, make_need_board, make_offer_board, replacement_table
from sim.kernels.demand_step import (
    DEMAND_WRITES,
    RELATIONSHIP_WRITES,
    SERVE_WRITES,
    SPREAD_WRITES,
    Orders,
    Visits,
    demand_week,
    relationship_week,
    serve_week,
    spread_week,
)
from sim.kernels.experience import Deliveries
from sim.network import Network, small_world
from sim.params import customers as numbers
from sim.params.customers import Awareness, Choice, Experience, Funnel, Lapse, Loyalty, Relationship, Talk
from sim.state.customers import Customers, make_customers

ALL_WRITES = tuple(dict.fromkeys(SPREAD_WRITES + RELATIONSHIP_WRITES + DEMAND_WRITES + SERVE_WRITES))


def no_visits() -> Visits:
    """A week without calls on customers."""
    return Visits(np.empty(0, np.uint32), np.empty(0, np.int64), np.empty(0, np.float32))


class Behaviour(NamedTuple):
    """All sections that steer customers."""

    awareness: Awareness = Awareness()
    talk: Talk = Talk()
    choice: Choice = Choice()
    loyalty: Loyalty = Loyalty()
    experience: Experience = Experience()
    funnel: Funnel = Funnel()
    lapse: Lapse = Lapse()
    relationship: Relationship = Relationship()


@dataclass(repr=False)
class Market:
    """What a week of the demand engine needs; ``dt`` weeks in a tick."""

    customers: Customers
    network: Network
    needs: NeedBoard
    offers: OfferBoard
    hazard: NDArray[np.float64]
    behaviour: Behaviour = field(default_factory=Behaviour)
    visits: Visits = field(default_factory=no_visits)
    seed: int = 1
    dt: float = 1.0

    def week(self, tick: int) -> Orders:
        """Run one tick, everything delivered at the offers' quality; returns the orders."""
        of, dt = self.behaviour, self.dt
        spread = numbers.spread_numbers(of.awareness, of.talk, dt)
        choice = numbers.choice_numbers(of.choice, of.experience)
        felt = numbers.experience_numbers(of.experience, of.loyalty, of.talk)
        moves = numbers.funnel_numbers(of.funnel, of.lapse, of.loyalty, of.experience, dt)
        ties = numbers.relationship_numbers(of.relationship, dt)
        keys: dict[str, Any] = {"seed": self.seed, "tick": tick}
        with self.customers.lend(ALL_WRITES) as c:
            spread_week(c, self.network, self.hazard, self.visits, [1, 0, 0], spread, **keys)
            relationship_week(c, self.visits, ties)
            occasions, _, orders = demand_week(c, self.network, self.needs, self.offers, choice, **keys)
            deliveries = delivered(orders, self.offers)
            serve_week(c, self.network, deliveries, occasions, self.offers, felt, moves, own_brand=0, **keys)
        return orders

    def run(self, weeks: int) -> list[Orders]:
        """Run the first ``weeks`` ticks."""
        return [self.week(tick) for tick in range(weeks)]

    def copy(self, **changed: Any) -> Market:
        """The same market with its own customers, some fields changed."""
        return replace(self, **{"customers": self.customers.copy(), **changed})


def delivered(orders: Orders, offers: OfferBoard) -> Deliveries:
    """Deliveries of all orders at the quality of the offers."""
    everything = np.ones(len(orders.customer), np.bool_)
    return Deliveries(orders.customer, orders.offer, orders.occasion, everything, offers.quality[orders.offer])


def make_market(
    rows: int,
    *,
    seed: int = 1,
    territories: int = 3,
    types: int = 2,
    degree: int = 6,
    dt: float = 1.0,
    behaviour: Behaviour | None = None,
    bargains: bool = False,
    forces: int = 0,
) -> Market:
    """A market of two categories (a consumable, a durable) with two offers each of three brands; ours is brand 0.

    With ``forces`` of 2 the others have sales forces.
    """
    of = behaviour or Behaviour()
    brands, attributes = 3, 2
    c = make_customers(
        rows, brands=brands, categories=2, attributes=attributes, marks=1, rebates=12 * bargains, forces=forces
    )
    k = c.key
    where = np.minimum((rng.uniform(seed, 51, 0, k) * territories).astype(int), territories - 1)
    knows = [rng.uniform(seed, 60, 0, k, b) < 0.5 for b in range(brands)]
    c.fill(
        {
            "territory": where,
            "distributor": where,
            "type": (rng.uniform(seed, 50, 0, k) * types).astype(int),
            "taste": np.stack([rng.normal(seed, 54, 0, k, a) for a in range(attributes)], axis=1),
            "price_sensitivity": rng.lognormal(seed, 55, 0, k, 3.0, 0.2),
            "purchase_rate": rng.gamma(seed, 56, 0, k, 1.5, 0.3),
            "order_size": rng.lognormal(seed, 57, 0, k, 3.0, 0.4),
            "aware": sum((known.astype(int) << b) for b, known in enumerate(knows)),
            "loyalty": 1.0 / brands,
            "satisfaction": of.experience.neutral_satisfaction,
        }
    )
    brand, category = np.tile(np.repeat(np.arange(brands), 2), 2), np.repeat([0, 1], 2 * brands)
    j = len(brand)
    quality = np.linspace(-0.3, 0.3, j)
    weights = numbers.choice_numbers(of.choice, of.experience)
    offers = make_offer_board(
        brand=brand,
        category=category,
        durable=[False, True],
        own=brand == 0,
        quality=quality,
        attributes=rng.normal(9, 54, 0, np.arange(j * attributes)).reshape(j, attributes),
        outside=[0.0, 1.0],
        appeal=appeal(np.full(j, 3.0), quality, np.zeros((territories, j)), weights, types=types),
        price=np.ones((territories, 2, j)),
        price_minor=np.full((territories, 2, j), 1000),
        available=np.ones((territories, j), np.bool_),
        order_spread=[0.5, 0.0],
    )
    needs = make_need_board(
        activity=np.full((territories, types), dt),
        mix=np.tile([1.0, 0.0], (types, 1)),
        durable=[False, True],
        first_need=np.full((types, 2), -np.expm1(-0.02 * dt)),
        replacement=replacement_table([np.inf, 60.0], [1.0, 2.0], dt),
        search=min(dt, 1.0),
    )
    network = small_world(k, degree=degree, rewiring=0.1, strong_share=0.3, seed=seed)
    hazard = np.full((brands, territories), 0.01 * dt)
    return Market(c, network, needs, offers, hazard, of, seed=seed, dt=dt)
