"""Steady: rivals spend their usual advertising budget where customers are, and answer nothing."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.rival_campaign.question import RivalCampaignRule, RivalCampaigns
from sim.views import RivalBrandsSeen


class SteadyAdvertising(RivalCampaignRule):
    """No reaction, the most frequent answer of rivals to promotion and advertising (Steenkamp et al. 2005)."""

    kind: Literal["steady"] = "steady"
    idle: ClassVar[bool] = True

    def answer(self, seen: RivalBrandsSeen) -> RivalCampaigns:
        """The usual budget, no campaigns."""
        return RivalCampaigns(advertising=seen.usual, campaign=np.zeros_like(seen.usual))
