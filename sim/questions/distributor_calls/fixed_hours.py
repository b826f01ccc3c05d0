"""Fixed hours: every rep advises the distributors of its territory for the same time each week."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import param
from sim.questions.distributor_calls.question import DistributorCalls, DistributorCallsRule
from sim.views import FirmSeen


class FixedDistributorHours(DistributorCallsRule):
    """The same hours in every territory."""

    constant: ClassVar[bool] = True
    kind: Literal["fixed_hours"] = "fixed_hours"
    hours: float = param(
        0.5, unit="hours/rep/week", doc="Hours of a rep for distributors, travel included.", bounds=(0, 40), lever=True
    )

    def answer(self, seen: FirmSeen) -> DistributorCalls:
        """One number for all."""
        return DistributorCalls(hours=np.full(len(seen.positions), self.hours))
