"""Sharing contract: what does the firm offer its distributors for their sell-out data?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Ints, PartnersSeen


class SharingOffer(Answer):
    """Payment offered to each distributor for its sell-out data, minor units a week; 0 makes no offer.

    A distributor that accepts is paid this for as long as it is committed.
    """

    payment: Ints = answer_field(
        "Payment offered for the data; 0 makes no offer.", unit="minor units/week", shape=("distributors",), low=0
    )


class SharingContractRule(Rule):
    """The firm's offer to its distributors."""

    question: ClassVar[str] = "sharing_contract"
    actor: ClassVar[str] = "manufacturer"
    asked: ClassVar[str] = "when the commitment of a distributor is over, or the rule is new"
    ordinary: ClassVar[str] = "none"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: PartnersSeen) -> SharingOffer:
        """Offer every distributor a payment."""
