"""Sharing: what does the firm offer for sell-out data, and does a distributor accept?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.decisions.question import Rule
from sim.decisions.seen import Bools, DistributorSeen, Ints, PartnersSeen
from sim.quantity import param


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


@dataclass(frozen=True)
class Sharing:
    """Which distributors share their sell-out data with the manufacturer."""

    shares: Bools  # [D]


class ShareDataRule(Rule):
    """The distributor's own choice whether to share; asked every ``every`` weeks."""

    question: ClassVar[str] = "share_data"
    every: int = param(13, unit="weeks", doc="Weeks for which a distributor commits itself.", bounds=(1, 520))

    @abstractmethod
    def answer(self, seen: DistributorSeen) -> Sharing:
        """Decide for every distributor."""
