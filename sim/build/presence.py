"""From when to when each offer is in the market, as the changes of a scenario say."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.params.world import World
from sim.reading.changes import Change
from sim.state.presence import Presence

#: A week that no run reaches.
_NEVER = np.iinfo(np.int64).max


def presence_of(world: World, changes: Iterable[Change], warm_up: int) -> Presence:
    """The weeks of all offers: those named, or of a named brand, from their ``enter`` on and until their ``leave``.

    Changes count weeks from the end of the ``warm_up`` weeks.
    """
    enters = np.zeros(len(world.offers), np.int64)
    leaves = np.full(len(world.offers), _NEVER, np.int64)
    for change in changes:
        for column, names in ((enters, change.enter), (leaves, change.leave)):
            for j, offer in enumerate(world.offers):
                if offer.name in names or offer.brand in names:
                    column[j] = warm_up + change.week - 1
    return Presence(enters, leaves)
