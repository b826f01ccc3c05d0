"""A flat budget: every territory gets the same."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.advertising.question import Advertising, AdvertisingRule
from sim.views import FirmSeen


class FlatBudget(AdvertisingRule):
    """A yearly budget, spent evenly over weeks and territories."""

    constant: ClassVar[bool] = True
    kind: Literal["flat"] = "flat"
    budget: int = param(
        100_000_000, unit="minor units/year", doc="Advertising budget of the firm.", bounds=(0, 10**13), lever=True
    )

    def answer(self, seen: FirmSeen) -> Advertising:
        """Divide equally."""
        territories = len(seen.sales)
        return Advertising(
            spend=np.full(territories, round(self.budget / WEEKS_PER_YEAR / territories), dtype=np.int64)
        )
