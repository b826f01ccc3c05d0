"""Sharing data: does a distributor accept what the firm offers for its sell-out data?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.quantity import param
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Bools, DistributorSeen


class Sharing(Answer):
    """Which distributors share their sell-out data with the manufacturer."""

    shares: Bools = answer_field(
        "Whether each distributor shares its sell-out data.", unit="flag", shape=("distributors",)
    )


class ShareDataRule(Rule):
    """The distributor's own choice whether to share."""

    question: ClassVar[str] = "share_data"
    actor: ClassVar[str] = "distributor"
    ordinary: ClassVar[str] = "weigh_up"
    every: int = param(13, unit="weeks", doc="Weeks for which a distributor commits itself.", bounds=(1, 520))

    @abstractmethod
    def answer(self, seen: DistributorSeen) -> Sharing:
        """Decide for every distributor."""
