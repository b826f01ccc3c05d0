"""Defend: rivals answer our campaigns where they saw them, and campaign everywhere while they have lost share."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.rival_campaign.question import RivalCampaignRule, RivalCampaigns
from sim.views import RivalBrandsSeen


class DefendByCampaigns(RivalCampaignRule):
    """Campaigns: a part of what we were seen to spend, and usual advertising × the part of the usual share lost."""

    kind: Literal["defend"] = "defend"
    match: float = param(
        0.5, unit="share", doc="Campaign spending of each rival for one unit of ours.", bounds=(0, 10), soft=(0, 1)
    )
    tolerance: float = param(0.05, unit="share", doc="Loss of the usual share that is not answered.", bounds=(0, 1))
    per_loss: float = param(
        2.0,
        unit="ratio",
        doc="Campaign spending for each part of the usual share lost, as a multiple of usual advertising.",
        bounds=(0, 50),
        soft=(0, 10),
    )
    most: float = param(
        0.5, unit="ratio", doc="Most of it, as a multiple of usual advertising.", bounds=(0, 20), soft=(0, 2)
    )

    def answer(self, seen: RivalBrandsSeen) -> RivalCampaigns:
        """Match what is seen, and add what the loss asks for."""
        more = np.clip(self.per_loss * (seen.share_lost - self.tolerance), 0.0, self.most)
        campaign = self.match * seen.campaigns_seen + more[:, None] * seen.usual
        return RivalCampaigns(advertising=seen.usual, campaign=campaign)
