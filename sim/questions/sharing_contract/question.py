"""Sharing contract: what does the firm offer its distributors for their sell-out data?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Ints, PartnersSeen


@dataclass(frozen=True)
class SharingOffer:
    """Payment offered to each distributor for its sell-out data, minor units a week; 0 makes no offer.

    A distributor that accepts is paid this for as long as it is committed.
    """

    payment: Ints  # [D]


class SharingContractRule(Rule):
    """The firm's offer to its distributors; asked when the commitment of some of them is over, or when it is new."""

    question: ClassVar[str] = "sharing_contract"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: PartnersSeen) -> SharingOffer:
        """Offer every distributor a payment."""
