"""A budget by potential: territories get advertising by what customers there are believed to buy from anyone."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.advertising.question import Advertising, AdvertisingRule
from sim.views import FirmSeen


class BudgetByPotential(AdvertisingRule):
    """A yearly budget, spent evenly over weeks, by each territory's believed potential less a part of what it buys from us."""

    kind: Literal["by_potential"] = "by_potential"
    budget: int = param(
        100_000_000, unit="minor units/year", doc="Advertising budget of the firm.", bounds=(0, 10**13), lever=True
    )
    headroom: float = param(
        0.0,
        unit="share",
        doc="Part of the purchases from us that is taken off: 0 follows potential, 1 what others still sell.",
        bounds=(0, 1),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> Advertising:
        """Divide by what is left of potential; equally where nothing is."""
        left = np.maximum(seen.potential - self.headroom * WEEKS_PER_YEAR * seen.sales, 0.0)
        total = left.sum()
        share = left / total if total > 0 else np.full(len(left), 1 / len(left))
        return Advertising(spend=np.floor(self.budget / WEEKS_PER_YEAR * share).astype(np.int64))
