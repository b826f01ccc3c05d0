"""Territories, and how customers are split among the distributors of one."""

from __future__ import annotations

from sim.params.named import Named
from sim.quantity import Section, param

#: Distributors of a territory that buy from the plant, and sub-distributors of one of them, at most.
MAX_MAINS, MAX_SUBS = 50, 19


class Territory(Named):
    """A sales territory: its neighbours, its share of customers, its distributors."""

    neighbours: tuple[str, ...] = param(
        (), unit="names of territories", doc="Bordering territories; one side may name the other."
    )
    share: float = param(
        0.0,
        unit="share of customers",
        doc="Share of the market's customers; shares of all territories sum to 1.",
        bounds=(0.0, 1.0),
    )
    distributors: int = param(
        1,
        unit="distributors",
        doc="Distributors that buy from the plant and supply the territory.",
        bounds=(1, MAX_MAINS),
        soft=(1, 5),
    )
    sub_distributors: int | None = param(
        None,
        unit="sub-distributors",
        doc="Sub-distributors that each distributor of the territory supplies; by default those of the channel's layout.",
        bounds=(0, MAX_SUBS),
        soft=(0, 5),
    )
    travel_hours: float = param(
        0.5, unit="hours per call", doc="Mean travel time of a rep to a call.", bounds=(0.0, 20.0), soft=(0.1, 4.0)
    )


class ChannelLayout(Section):
    """How customers are split among the distributors of one territory, and how many of these supply others."""

    size_ratio: float = param(
        1.0,
        unit="-",
        doc="Customers of each further distributor of a territory relative to the one before; 1 is equal.",
        bounds=(0.05, 1.0),
    )
    sub_distributors: int = param(
        0,
        unit="sub-distributors",
        doc="Sub-distributors that each distributor supplies, unless the territory says otherwise.",
        bounds=(0, MAX_SUBS),
        soft=(0, 5),
    )
    sub_size_ratio: float = param(
        0.5,
        unit="-",
        doc="Customers of a sub-distributor relative to those that the distributor who supplies it keeps.",
        bounds=(0.05, 20.0),
    )
