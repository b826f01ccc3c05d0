"""Numbers of how a market stands when it starts (MODEL, a settled start)."""

from __future__ import annotations

from sim.quantity import Section, param


class Start(Section):
    """Whether start values stand where the rules that move them would let them rest."""

    fixed_points: bool = param(
        False,
        unit="-",
        doc="Start at the fixed points of the rules that move rivals' prices, goodwill, routines' effects on reps, reps' service, "
        "stocks and goods on their way, and with customers' past purchases from us; otherwise with the values given.",
    )
    steps: int = param(
        520,
        unit="weeks",
        doc="Steps of a rule after which the search for its fixed point ends: a rival whose prices still move keeps those it had, "
        "and goodwill and reps what they have come to.",
        bounds=(1, 5200),
    )
