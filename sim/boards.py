"""The boards of demand at the start: offers, prices, needs, as arrays for the kernels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.board import NeedBoard, OfferBoard, appeal, make_need_board, make_offer_board, replacement_table
from sim.params import Params
from sim.params.customers import choice_numbers
from sim.params.world import World
from sim.quantity import WEEKS_PER_YEAR


def build_offer_board(world: World, params: Params) -> OfferBoard:
    """The offers, at reference prices until the first week's decisions."""
    brands = [b.name for b in world.brands]
    categories = [c.name for c in world.categories]
    offers = world.offers
    distributors = len(world.distributors)
    prices = (distributors, 1, len(offers))
    reference = {c.name: c.reference_price for c in world.categories}
    return make_offer_board(
        brand=[brands.index(o.brand) for o in offers],
        category=[categories.index(o.category) for o in offers],
        durable=[c.kind == "durable" for c in world.categories],
        own=[world.brands[brands.index(o.brand)].own for o in offers],
        quality=[o.quality for o in offers],
        attributes=np.array([o.attributes for o in offers]).reshape(len(offers), -1),
        outside=[c.outside_utility for c in world.categories],
        appeal=offers_appeal(world, params, np.zeros((distributors, len(offers)))),
        price=np.ones(prices),
        price_minor=np.broadcast_to([reference[o.category] for o in offers], prices).astype(np.int64),
        available=np.ones((distributors, len(offers)), dtype=np.bool_),
        order_spread=[c.order_size_spread for c in world.categories],
    )


def offers_appeal(world: World, params: Params, push: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Utility of offers common to a type at a distributor [D, K, J], with the ``push`` [D, J] of promotion and distributors."""
    numbers = choice_numbers(params.choice, params.experience)
    quality = [o.quality for o in world.offers]
    intercepts = [o.intercept for o in world.offers]
    return appeal(intercepts, quality, push, numbers, types=len(world.customer_types))


def build_need_board(world: World, params: Params, week: int, dt: float = 1.0) -> NeedBoard:
    """How often needs arise in ``week``."""
    shape = (len(world.territories), len(world.customer_types))
    first = [
        [-math.expm1(-t.first_need.get(c.name, 0.0) * dt / WEEKS_PER_YEAR) for c in world.categories]
        for t in world.customer_types
    ]
    # Without a consumable there is nothing to buy on an occasion.
    occasions = params.needs.activity(week) * dt if any(c.kind == "consumable" for c in world.categories) else 0.0
    lives = [c.life_mean if c.kind == "durable" and c.life_mean else math.inf for c in world.categories]
    return make_need_board(
        activity=np.full(shape, occasions),
        mix=np.array([world.mix_of(t) for t in world.customer_types]).reshape(len(world.customer_types), -1),
        durable=[c.kind == "durable" for c in world.categories],
        first_need=first,
        replacement=replacement_table(lives, [c.life_shape for c in world.categories], dt),
    )
