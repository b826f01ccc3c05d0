"""Numbers of the manufacturer's books that belong to no other mechanism (MODEL §10)."""

from __future__ import annotations

from sim.quantity import Section, param


class Costs(Section):
    """Costs of doing business that are the same under every policy."""

    benefits: float = param(0.2, unit="share of pay", doc="Social cost on top of pay.", bounds=(0, 1))
    travel: int = param(1_200, unit="minor units/call", doc="Travel cost of one call.", bounds=(0, 10**6))
    overhead: int = param(
        150_000_000, unit="minor units/year", doc="Administration of the manufacturer.", bounds=(0, 10**13)
    )
    variety: int = param(
        1_000_000,
        unit="minor units/segment/year",
        doc="Cost of running a programme for one more segment.",
        bounds=(0, 10**12),
    )
