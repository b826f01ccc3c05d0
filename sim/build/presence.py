"""From when to when each offer is in the market, as the changes of a scenario say."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.params.world import World
from sim.reading.changes import Change, weeks_of_offers
from sim.state.presence import Presence

#: A week that no run reaches.
_NEVER = np.iinfo(np.int64).max


def presence_of(world: World, changes: Iterable[Change], warm_up: int) -> Presence:
    """The weeks of all offers: those named, or of a named brand, from their ``enter`` on and until their ``leave``.

    Changes count weeks from the end of the ``warm_up`` weeks.
    """
    enters = np.zeros(len(world.offers), np.int64)
    leaves = np.full(len(world.offers), _NEVER, np.int64)
    for j, (first, gone) in enumerate(weeks_of_offers(world, changes)):
        if first is not None:
            enters[j] = warm_up + first - 1
        if gone is not None:
            leaves[j] = warm_up + gone - 1
    return Presence(enters, leaves)
