"""Places of the channel: the distributors of a market, who supplies each of them, and their share of customers.

Most distributors buy from the plant; a sub-distributor buys from another distributor. Places come from the layout of
territories (mains, each with its sub-distributors behind it) or from a company's table of distributors, in which
there may be any number of tiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from sim.keys import key_of
from sim.params.territory import ChannelLayout, Territory

#: Supplier of a distributor that buys from the plant.
PLANT = -1


@dataclass(frozen=True)
class Place:
    """One distributor: ``key`` is that of its draws, ``share`` its share of the customers of the territory.

    ``supplier`` is the row of the distributor that supplies it, ``PLANT`` for none.
    """

    name: str
    territory: int
    supplier: int
    key: int
    share: float


@dataclass(frozen=True)
class Listed:
    """One line of a table of distributors; ``supplier`` is a name, empty for the plant."""

    name: str
    territory: str
    supplier: str
    size: float


def sub_distributors(territory: Territory, layout: ChannelLayout) -> int:
    """Sub-distributors of each distributor of a territory: its own number, else that of the layout."""
    return layout.sub_distributors if territory.sub_distributors is None else territory.sub_distributors


def distributor_names(territory: Territory, layout: ChannelLayout) -> list[str]:
    """Names in the order of rows: "north" for the only one, else "north-1", "north-2" …, each followed by "north-1-a" …"""
    mains = [territory.name]
    if territory.distributors > 1:
        mains = [f"{territory.name}-{k + 1}" for k in range(territory.distributors)]
    letters = ascii_lowercase[: sub_distributors(territory, layout)]
    return [name for main in mains for name in (main, *(f"{main}-{letter}" for letter in letters))]


def lay_out(territories: Sequence[Territory], layout: ChannelLayout) -> tuple[Place, ...]:
    """The places of a layout, mains with their sub-distributors behind them.

    Keys follow from the territory and the place in it, not from the name, which changes when a second distributor is added,
    nor from how many sub-distributors the others have. A main keeps 1 part of its customers, each of its sub-distributors gets ``sub_size_ratio``.
    """
    places: list[Place] = []
    for t, territory in enumerate(territories):
        subs, names = sub_distributors(territory, layout), iter(distributor_names(territory, layout))
        sizes = [layout.size_ratio**k for k in range(territory.distributors)]
        for main, size in enumerate(sizes):
            kept = size / sum(sizes) / (1.0 + subs * layout.sub_size_ratio)
            row = len(places)
            places.append(Place(next(names), t, PLANT, key_of(territory.name, str(main)), kept))
            for s in range(subs):
                key = key_of(territory.name, str(main), str(s))
                places.append(Place(next(names), t, row, key, kept * layout.sub_size_ratio))
    return tuple(places)


def take_over(listed: Sequence[Listed], territories: Sequence[Territory]) -> tuple[Place, ...]:
    """The places of a valid table, in its order; keys are hashes of the names."""
    rows = {entry.name: d for d, entry in enumerate(listed)}
    row_of = {territory.name: t for t, territory in enumerate(territories)}
    total = dict.fromkeys(row_of, 0.0)
    for entry in listed:
        total[entry.territory] += entry.size
    places: list[Place] = []
    for entry in listed:
        supplier = rows[entry.supplier] if entry.supplier else PLANT
        share = entry.size / total[entry.territory]
        places.append(Place(entry.name, row_of[entry.territory], supplier, key_of(entry.name), share))
    return tuple(places)
