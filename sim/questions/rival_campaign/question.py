"""Rival campaign: what do rival brands spend on advertising and on campaigns this week, and where?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, RivalBrandsSeen


@dataclass(frozen=True)
class RivalCampaigns:
    """Spending of rival brands by territory, minor units a week; it is in nobody's books but theirs."""

    advertising: Floats  # [F, T] builds goodwill
    campaign: Floats  # [F, T] makes their offers wanted while it runs


class RivalCampaignRule(Rule):
    """How rivals promote; asked every week."""

    question: ClassVar[str] = "rival_campaign"

    @abstractmethod
    def answer(self, seen: RivalBrandsSeen) -> RivalCampaigns:
        """Spend for every rival brand."""
