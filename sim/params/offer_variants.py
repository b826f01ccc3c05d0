"""Numbers of variants of our offers: how far designers can move them, what that takes, and what it costs (MODEL §2, B4)."""

from __future__ import annotations

from sim.quantity import Section, param


class Variants(Section):
    """Adapting our offers for segments: more of one attribute at the price of the others."""

    reach: float = param(
        0.0,
        unit="units of an attribute",
        doc="How much more of one attribute a variant has. What it has less of the others is what makes the usual customer "
        "indifferent, so that it gains with customers whom it fits and loses with those whom it does not; 0 makes variants alike.",
        bounds=(0.0, 10.0),
        soft=(0.0, 1.0),
    )
    development: int = param(
        5_000_000,
        unit="minor units/variant",
        doc="Developing a variant of one offer, once.",
        bounds=(0, 10**12),
    )
    weeks: int = param(
        26, unit="weeks", doc="From the decision on a variant to the first unit sold.", bounds=(0, 520), soft=(4, 104)
    )
    upkeep: int = param(
        1_000_000,
        unit="minor units/variant/year",
        doc="Documents, parts, instruction and planning for a variant of one offer while it is offered.",
        bounds=(0, 10**12),
    )
    unit_cost: float = param(
        0.04,
        unit="share of unit cost",
        doc="What each unit of a variant costs more. Product lines with many variants were found to cost 25 to 45 % more a unit than "
        "their commonest product alone (Quelch & Kenny 1994); Kekre & Srinivasan (1990) found no such penalty.",
        bounds=(0.0, 1.0),
        soft=(0.0, 0.25),
        source="assumption",
    )
