"""Mark-up: a distributor adds a fixed share to the list price, or to what it pays."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import param
from sim.questions.retail_price.question import RetailPriceRule, RetailPrices
from sim.views import DistributorSeen


class MarkUp(RetailPriceRule):
    """Retail price = list price (or purchase price) × (1 + mark-up), to the minor unit.

    The two differ for sub-distributors only: on list price customers meet one level of prices in the market, on purchase
    price those of a sub-distributor pay the margin of every tier.
    """

    constant: ClassVar[bool] = True
    kind: Literal["markup"] = "markup"
    markup: float = param(0.22, unit="share of base", doc="Distributor's mark-up.", bounds=(0, 5), soft=(0.05, 0.6))
    base: Literal["list_price", "purchase_price"] = param(
        "list_price", unit="text", doc="What the mark-up is on: the maker's list price, or what the distributor pays."
    )

    def answer(self, seen: DistributorSeen) -> RetailPrices:
        """Mark every offer up."""
        base = seen.list_price if self.base == "list_price" else seen.wholesale
        return RetailPrices(price=np.rint(base * (1.0 + self.markup)).astype(np.int64))
