"""Territories at the start: how many customers the firm counts in each, and no results of studies yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.keys import keys_of
from sim.params import Params
from sim.params.world import World
from sim.rng import Decision
from sim.state.territories import Territories


def build_territories(
    world: World, params: Params, seed: int, customers: NDArray[np.integer], weeks: int
) -> Territories:
    """The market department's table of territories; ``customers`` [T] are there, public registers count them with an error."""
    places = len(world.territories)
    rivals = len(world.offers) - len(world.own_offers)
    widths = {"brands": len(world.brands), "rival offers": rivals, "weeks": weeks}
    territories = Territories(places, widths)
    key = keys_of(territory.name for territory in world.territories)
    error = params.studies.register_error * rng.normal(seed, Decision.POTENTIAL, 0, key)
    registered = np.rint(customers * np.exp(error))
    territories.fill({"key": key, "registered": registered, "counted": registered})
    return territories
