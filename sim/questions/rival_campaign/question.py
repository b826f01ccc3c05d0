"""Rival campaign: what do rival brands spend on advertising and on campaigns this week, and where?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, RivalBrandsSeen


class RivalCampaigns(Answer):
    """Spending of rival brands by territory, minor units a week; it appears in no books but theirs."""

    advertising: Floats = answer_field(
        "Spending that builds goodwill.", unit="minor units/week", shape=("rival brands", "territories"), low=0
    )
    campaign: Floats = answer_field(
        "Spending that makes their offers wanted while it runs.",
        unit="minor units/week",
        shape=("rival brands", "territories"),
        low=0,
    )


class RivalCampaignRule(Rule):
    """How rivals promote."""

    question: ClassVar[str] = "rival_campaign"
    actor: ClassVar[str] = "competitor"
    ordinary: ClassVar[str] = "steady"

    @abstractmethod
    def answer(self, seen: RivalBrandsSeen) -> RivalCampaigns:
        """Spend for every rival brand."""
