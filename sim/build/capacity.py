"""Sizes and limits at the start: the mean customer's purchases, and what the plants can make a week."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.build.channel import expected_units
from sim.params import Params
from sim.params.world import World
from sim.quantity import WEEKS_PER_YEAR
from sim.state.customers import Customers
from sim.state.numbers import Numbers, PlantNumbers

Array = NDArray[Any]


def add_limits(
    numbers: Numbers, world: World, params: Params, customers: Customers, rates: Array, expected: Array
) -> Numbers:
    """``numbers`` with the size of the mean customer, where sizes count, and with capacities, where there are any.

    ``rates`` [N, C]: projects a week; ``expected`` [own offers]: units a week that the plant expects to sell.
    """
    if params.call_length.exponent > 0 or params.rebates.power > 0:
        price = np.array([c.reference_price for c in world.categories], dtype=np.float64)
        yearly = expected_units(world, customers, rates) @ price * WEEKS_PER_YEAR
        numbers = replace(numbers, mean_purchases=float(yearly.mean()))
    if params.plant.capacity > 0:
        numbers = replace(numbers, plant=_plants(world, params.plant.capacity, expected))
    return numbers


def _plants(world: World, capacity: float, expected: Array) -> PlantNumbers:
    """One plant for each company: what its offers are expected to sell takes 1/``capacity`` of its work."""
    offers = [world.offers[j] for j in world.own_offers]
    names = [company.name for company in world.companies]
    of_category = {c.name: names.index(c.company) for c in world.categories}
    company = np.array([of_category[offer.category] for offer in offers], dtype=np.int64)
    work = np.array([max(offer.unit_cost, 1) for offer in offers], dtype=np.float64)
    usual = np.bincount(company, weights=expected * work, minlength=len(names))
    return PlantNumbers(company, work, (capacity * usual).astype(np.float64))
