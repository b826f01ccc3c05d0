"""The draws that make a customer what it is: at the start, and when it becomes another kind of customer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.params.world import World
from sim.rng import Decision

Array = NDArray[Any]

#: Customers whose draws are made together: doubles for all at once would be the peak of memory.
ROWS_AT_ONCE = 1 << 18

#: Numbers of a type from which the traits of its customers are drawn.
_OF_TYPE = (
    "taste_spread",
    "price_sensitivity",
    "price_sensitivity_spread",
    "purchase_rate",
    "purchase_shape",
    "order_size",
    "order_size_spread",
    "marks_spread",
)


def pick(shares: Array, u: Array) -> Array:
    """Index drawn by cumulative ``shares`` [k] or [n, k] at the uniforms ``u`` [n]."""
    edges = np.cumsum(np.atleast_2d(shares), axis=1)
    edges = edges / edges[:, -1:]
    picked: Array = np.minimum((u[:, None] >= edges).sum(axis=1), edges.shape[1] - 1)
    return picked


def tastes_of_types(world: World) -> Array:
    """Mean taste of each type [K, A]."""
    return np.array([t.taste for t in world.customer_types], dtype=np.float64).reshape(len(world.customer_types), -1)


def draw_traits(world: World, seed: int, week: int, key: Array, kind: Array) -> dict[str, Array]:
    """Taste, marks, price sensitivity, purchase rate and order size of the customers ``key`` of the types ``kind`` [n].

    Drawn as of ``week``: 0 for what they are at the start.
    """
    types = world.customer_types
    of = {name: np.array([getattr(t, name) for t in types], dtype=np.float64)[kind] for name in _OF_TYPE}
    attributes, marks = np.arange(len(world.attributes)), np.arange(len(world.marks))
    mark = np.array([t.marks for t in types]).reshape(len(types), -1)[kind]
    z_taste = rng.normal(seed, Decision.TASTE, week, key[:, None], attributes[None, :])
    z_mark = rng.normal(seed, Decision.MARKS, week, key[:, None], marks[None, :])
    z_price = rng.normal(seed, Decision.PRICE_SENSITIVITY, week, key)
    return {
        "taste": tastes_of_types(world)[kind] + of["taste_spread"][:, None] * z_taste,
        "marks": mark + of["marks_spread"][:, None] * z_mark,
        "price_sensitivity": of["price_sensitivity"] * np.exp(of["price_sensitivity_spread"] * z_price),
        "purchase_rate": rng.gamma(seed, Decision.PURCHASE_RATE, week, key, of["purchase_shape"], of["purchase_rate"]),
        "order_size": rng.lognormal(seed, Decision.CUSTOMER_SIZE, week, key, of["order_size"], of["order_size_spread"]),
    }
