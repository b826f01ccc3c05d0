"""Steady: rivals call on their accounts by what they expect these to buy, whatever happens."""

from __future__ import annotations

from typing import Literal

from sim.quantity import param
from sim.questions.rival_force.question import RivalCalls, RivalForceRule
from sim.solvers.allocation import allocate_by_group
from sim.views import RivalForceSeen


class SteadyCalls(RivalForceRule):
    """Usual calls, divided for the most sales if each account's answer to calls has a constant elasticity."""

    kind: Literal["steady"] = "steady"
    elasticity: float = param(
        0.31,
        unit="1",
        doc="Elasticity of an account's purchases to calls that rivals plan with.",
        bounds=(0, 0.95),
        source="Albers, Mantrala & Sridhar 2010",
    )
    most: float = param(1.0, unit="calls/week", doc="Most calls on one account.", bounds=(0.01, 50))

    def answer(self, seen: RivalForceSeen) -> RivalCalls:
        """Divide the usual calls of every brand."""
        calls = allocate_by_group(seen.potential, seen.brand, seen.usual_calls, self.elasticity, self.most)
        return RivalCalls(calls=calls)
