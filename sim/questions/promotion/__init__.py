"""Promotion: which campaigns does the firm run this week, where, for which offers, with which price-off?"""

from sim.questions.promotion.question import Promotion, PromotionRule, offers_named, share_of_potential

__all__ = ["Promotion", "PromotionRule", "offers_named", "share_of_potential"]
