"""Retail price: what does a distributor charge for the manufacturer's offers?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import DistributorSeen, Ints


@dataclass(frozen=True)
class RetailPrices:
    """Prices charged to customers, minor units."""

    price: Ints  # [D, own offers]


class RetailPriceRule(Rule):
    """The distributor's price; asked every week."""

    question: ClassVar[str] = "retail_price"

    @abstractmethod
    def answer(self, seen: DistributorSeen) -> RetailPrices:
        """Price every offer at every distributor."""
