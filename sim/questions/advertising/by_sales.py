"""A budget by sales: territories get advertising in proportion to what they sold lately."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.advertising.question import Advertising, AdvertisingRule
from sim.views import FirmSeen


class BudgetBySales(AdvertisingRule):
    """A yearly budget, spent evenly over weeks, by each territory's share of reported sell-in."""

    kind: Literal["by_sales"] = "by_sales"
    budget: int = param(
        100_000_000, unit="minor units/year", doc="Advertising budget of the firm.", bounds=(0, 10**13), lever=True
    )

    def answer(self, seen: FirmSeen) -> Advertising:
        """Divide by sales; equally while nothing has been sold."""
        total = seen.sales.sum()
        share = seen.sales / total if total > 0 else np.full(len(seen.sales), 1 / len(seen.sales))
        return Advertising(spend=np.floor(self.budget / WEEKS_PER_YEAR * share).astype(np.int64))
