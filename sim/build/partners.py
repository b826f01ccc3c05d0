"""Distributors as partners at the start: their own capability, and what each offer has sold there so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.build.channel import expected_units, users_of
from sim.params import Params
from sim.params.world import World
from sim.rng import Decision, Luck
from sim.state.customers import Customers
from sim.state.distributors import Distributors

#: Index of a distributor's reserve among the draws of its traits.
_RESERVE = 0


def open_partners(
    world: World,
    params: Params,
    seed: int,
    customers: Customers,
    rates: NDArray[np.float64],
    distributors: Distributors,
) -> None:
    """Fill the columns of ``distributors`` that their effort, trust, capability and readiness to share start from."""
    numbers = params.partners
    draws = Luck.of(seed, Decision.CAPABILITY_AT_START, 0).normal(distributors.key)
    own = np.clip(numbers.capability_start + numbers.capability_spread * draws, 0.0, 1.0)
    turnover = _usual_turnover(world, params, customers, rates)
    reserve = Luck.of(seed, Decision.DISTRIBUTOR_AT_START, 0).uniform(distributors.key, _RESERVE)
    distributors.fill({"own_capability": own, "capability": own, "turnover": turnover, "reserve": reserve})


def _usual_turnover(
    world: World, params: Params, customers: Customers, rates: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sell-out a week of every offer at every distributor's customers, minor units [D, J].

    The needs of customers who use any brand, at the channel's price: divided among brands like users at the start, and
    evenly among the offers of a brand.
    """
    units = expected_units(world, customers, rates)
    count = len(world.distributors)
    of_category = [np.bincount(customers.distributor, weights=column, minlength=count) for column in units.T]
    names = [c.name for c in world.categories]
    share = users_of(world)
    turnover = np.zeros((count, len(world.offers)))
    for j, offer in enumerate(world.offers):
        alike = sum(o.brand == offer.brand and o.category == offer.category for o in world.offers)
        price = offer.list_price * (1.0 + params.rivals.channel_markup)
        turnover[:, j] = of_category[names.index(offer.category)] * share[offer.brand] / alike * price
    return turnover
