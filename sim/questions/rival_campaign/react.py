"""React: rivals answer our campaigns with their own, where they saw ours and as late as they saw them."""

from __future__ import annotations

from typing import Literal

from sim.quantity import param
from sim.questions.rival_campaign.question import RivalCampaignRule, RivalCampaigns
from sim.views import RivalBrandsSeen


class ReactToCampaigns(RivalCampaignRule):
    """Each rival spends a part of what it saw us spend on campaigns, in the same territories, in addition to its usual advertising."""

    kind: Literal["react"] = "react"
    match: float = param(
        0.5, unit="share", doc="Campaign spending of each rival for one unit of ours.", bounds=(0, 10), soft=(0, 1)
    )

    def answer(self, seen: RivalBrandsSeen) -> RivalCampaigns:
        """Match what is seen."""
        return RivalCampaigns(advertising=seen.usual, campaign=self.match * seen.campaigns_seen)
