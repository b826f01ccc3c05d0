"""Rival campaign: what do rival brands spend on advertising and on campaigns this week, and where?"""

from sim.questions.rival_campaign.question import RivalCampaignRule, RivalCampaigns

__all__ = ["RivalCampaignRule", "RivalCampaigns"]
