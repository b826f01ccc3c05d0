"""Sharing data: does a distributor accept what the firm offers for its sell-out data?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.quantity import param
from sim.rules.rule import Rule
from sim.views import Bools, DistributorSeen


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
