"""The draws that make a project what it is.

Whatever belongs to a project is keyed by its customer and its number, so that no policy moves it: when it opens, how
long it lasts, what it is about, who decides it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.projects import Openings
from sim.params.projects import Projects
from sim.params.world import Category, World
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision, Luck
from sim.state.customers import Customers

Array = NDArray[Any]

#: Items of a decider, apart from tastes, which take their attribute's row.
_PRICE, _WEIGHT = 16, 17


def mean_sizes(categories: tuple[Category, ...], order_size: Array) -> NDArray[np.float64]:
    """Mean units of one purchase of each customer by category [N, C], at least 1; ``order_size`` [N]."""
    sizes = [np.full(len(order_size), c.project_size) if c.project_size else order_size for c in categories]
    return np.maximum(np.stack(sizes, axis=1).astype(np.float64), 1.0)


def yearly_of_types(world: World) -> NDArray[np.float64]:
    """Projects a year of each type by category [K, C]."""
    by_type = [[t.project_rate.get(c.name, 0.0) for c in world.categories] for t in world.customer_types]
    return np.array(by_type, dtype=np.float64)


def buying_rates(purchase_rate: Array, world: World, rates: Array) -> NDArray[np.floating[Any]]:
    """How often each customer buys anything a week [N]: occasions, and the projects of ``rates`` [N, C]."""
    if not world.has_projects:
        return purchase_rate
    total: NDArray[np.floating[Any]] = (purchase_rate + rates.sum(axis=1)).astype(purchase_rate.dtype)
    return total


def yearly_projects(world: World, customers: Customers, rates: Array) -> NDArray[np.float64]:
    """Value of each customer's projects a year at reference prices, minor units [N]."""
    price = np.array([c.reference_price for c in world.categories], dtype=np.float64)
    worth: NDArray[np.float64] = (rates * mean_sizes(world.categories, customers.order_size)) @ price * WEEKS_PER_YEAR
    return worth


def who_opens(customers: Customers, rates: Array) -> Openings:
    """Pairs of customer and category in which projects open."""
    row, category = np.nonzero(rates)
    return Openings(row, category, customers.key[row], rates[row, category].astype(np.float32))


class Born(NamedTuple):
    """Projects to be drawn: whose, which, when (in weeks, the part of the week included), and for how many weeks."""

    customer: NDArray[np.int64]
    category: NDArray[np.int64]
    number: NDArray[np.int64]
    moment: NDArray[np.float64]
    length: NDArray[np.float64]


def born_this_week(
    seed: int, week: int, customers: Customers, categories: tuple[Category, ...], pairs: tuple[Array, Array, Array]
) -> Born:
    """Projects that open in ``week``, from their customers, categories and numbers (``pairs``): moment and length.

    A project opens at a moment u within its week and lasts a gamma-distributed time g; it is decided in the week of
    u + g, so that the mean of whole weeks in between is the mean of g.
    """
    customer, category, number = pairs
    luck, key = Luck.of(seed, Decision.PROJECT_LENGTH, 0), customers.key[customer]
    shape, mean = _numbers(categories, category, "cycle_shape"), _numbers(categories, category, "cycle_mean")
    length = luck.gamma(key, shape, mean, 2 * number)
    return Born(customer, category, number, week + luck.uniform(key, 2 * number + 1), length)


def draw_projects(
    seed: int, born: Born, customers: Customers, categories: tuple[Category, ...], numbers: Projects
) -> dict[str, Array]:
    """All columns of the projects ``born``, by draws keyed by customer and number."""
    key, number, category = customers.key[born.customer], born.number, born.category
    reached = np.array([np.cumsum(c.stage_shares) for c in categories]).reshape(len(categories), -1)[category]
    reached[:, -1] = 1.0
    units = _units(seed, born, customers, categories)
    worth = units * np.array([c.reference_price for c in categories], dtype=np.float64)[category]
    error = numbers.misjudged * Luck.of(seed, Decision.PROJECT_CALLS, 0).normal(key, number)
    taste, price = _combine(seed, born, customers, categories)
    return {
        "customer": born.customer,
        "key": key,
        "number": number,
        "category": category,
        "opened": np.floor(born.moment),
        "stage_end": np.floor(born.moment[:, None] + reached * born.length[:, None]),
        "units": units,
        "taste": taste,
        "price_sensitivity": price,
        "worth": worth,
        "guess": worth * np.exp(error),
        "attention": np.zeros(len(number)),
        "carried": np.zeros(len(number), np.bool_),
    }


def _numbers(categories: tuple[Category, ...], category: Array, name: str) -> NDArray[np.float64]:
    """One setting of the categories, by project; 0 where a category has none."""
    return np.array([getattr(c, name) or 0.0 for c in categories], dtype=np.float64)[category]


def _units(seed: int, born: Born, customers: Customers, categories: tuple[Category, ...]) -> NDArray[np.int64]:
    """Whole units, at least 1: lognormal around the mean, rounded up or down by a draw so that the mean stays."""
    luck, key = Luck.of(seed, Decision.PROJECT_SIZE, 0), customers.key[born.customer]
    fixed = _numbers(categories, born.category, "project_size")
    mean = np.where(fixed > 0, fixed, customers.order_size[born.customer])
    spread = _numbers(categories, born.category, "order_size_spread")
    size = luck.lognormal(key, mean, spread, 2 * born.number)
    return np.maximum(np.floor(size + luck.uniform(key, 2 * born.number + 1)), 1.0).astype(np.int64)


def _combine(
    seed: int, born: Born, customers: Customers, categories: tuple[Category, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Taste [n, attributes] and price sensitivity [n] of the deciders together.

    Utilities are added up by the deciders' weights, which sum to 1 (an additive group utility: Keeney & Kirkwood
    1975). A decider's utility is linear in its taste and its weight on price, so the sum is the utility at their
    weighted means. The first decider is the customer itself; the others differ around it.
    """
    taste, price = customers.taste[born.customer].copy(), customers.price_sensitivity[born.customer].copy()
    luck = Luck.of(seed, Decision.PROJECT_DECIDERS, 0)
    for c in np.unique(born.category):
        if categories[c].deciders > 1:
            rows = np.flatnonzero(born.category == c)
            key = customers.key[born.customer[rows]]
            own = (taste[rows].astype(np.float64), price[rows].astype(np.float64))
            taste[rows], price[rows] = _weighted(luck, key, born.number[rows], own, categories[c])
    return taste, price


def _weighted(
    luck: Luck, key: Array, number: Array, own: tuple[Array, Array], category: Category
) -> tuple[Array, Array]:
    """Weighted means of taste and price sensitivity over the deciders of projects in one category."""
    decider = np.arange(category.deciders)
    index = 256 * number[:, None] + 32 * decider
    keys = key[:, None]
    weight = np.exp(category.decider_weights * luck.normal(keys, index + _WEIGHT))
    weight /= weight.sum(axis=1, keepdims=True)
    others = np.where(decider > 0, weight, 0.0)
    item = np.arange(own[0].shape[1])
    shift = luck.normal(keys[:, :, None], index[:, :, None] + item)
    taste = own[0] + category.decider_taste * (others[:, :, None] * shift).sum(axis=1)
    spread = category.decider_price
    factor = np.exp(spread * luck.normal(keys, index + _PRICE) - 0.5 * spread**2)
    return taste, own[1] * (1.0 + (others * (factor - 1.0)).sum(axis=1))
