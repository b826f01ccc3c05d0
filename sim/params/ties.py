"""Numbers of ties: who talks to whom, and the relationship between a customer and our rep (MODEL §2, §5)."""

from __future__ import annotations

from typing import Literal

from sim.quantity import Section, param

_LITTLE = "Little 1970"


class Network(Section):
    """Who talks to whom."""

    kind: Literal["small_world", "complete", "none", "edge_list"] = param(
        "small_world",
        unit="text",
        doc="Small world (Watts & Strogatz), all with all (counted, not stored), none, or the ties in the file `data.ties`.",
    )
    degree: int = param(
        10, unit="ties", doc="K: ties per customer; even.", bounds=(0, 254), source="Watts & Strogatz 1998"
    )
    rewiring: float = param(
        0.05,
        unit="probability",
        doc="p: chance that a tie of the ring is rewired.",
        bounds=(0.0, 1.0),
        source="Watts & Strogatz 1998",
    )
    strong_share: float = param(
        0.3, unit="share of ties", doc="Ties that are strong: family, partners, close colleagues.", bounds=(0.0, 1.0)
    )
    homophily: float = param(
        0.0,
        unit="probability",
        doc="Chance that a rewired tie to another type or territory is drawn again.",
        bounds=(0.0, 1.0),
    )


class Relationship(Section):
    """The stock of goodwill that calls of our reps build up with a customer; ADBUDG response to effective calls a week."""

    half_life: float = param(
        16.0,
        unit="weeks",
        doc="Weeks in which a relationship halves without calls.",
        bounds=(0.1, 520.0),
        soft=(4.0, 52.0),
    )
    least: float = param(
        0.0, unit="0..1", doc="mn: relationship in the long run without calls.", bounds=(0.0, 1.0), source=_LITTLE
    )
    most: float = param(
        1.0,
        unit="0..1",
        doc="mx: relationship in the long run with unlimited calls.",
        bounds=(0.0, 2.0),
        source=_LITTLE,
    )
    shape: float = param(
        1.0, unit="1", doc="c of the response to calls: above 1 it is S-shaped.", bounds=(0.1, 5.0), source=_LITTLE
    )
    half_calls: float = param(
        0.5,
        unit="effective calls a week",
        doc="Calls at which half of the response is reached: d = half_calls^c.",
        bounds=(1e-3, 100.0),
    )
    at_start: float = param(
        1.0,
        unit="share",
        doc="Relationship of reps' accounts before the first week, as a share of what usual calls lead to; 0: the "
        "market starts without portfolios.",
        bounds=(0.0, 1.0),
    )
