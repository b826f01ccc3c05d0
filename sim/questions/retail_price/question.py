"""Retail price: what does a distributor charge for the manufacturer's offers?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import DistributorSeen, Ints


class RetailPrices(Answer):
    """Prices charged to customers, minor units."""

    price: Ints = answer_field(
        "Prices charged to customers.", unit="minor units", shape=("distributors", "own offers"), low=0
    )


class RetailPriceRule(Rule):
    """The distributor's price."""

    question: ClassVar[str] = "retail_price"
    actor: ClassVar[str] = "distributor"
    ordinary: ClassVar[str] = "markup"

    @abstractmethod
    def answer(self, seen: DistributorSeen) -> RetailPrices:
        """Price every offer at every distributor."""
