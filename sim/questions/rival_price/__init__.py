"""Rival price: what does a competitor charge this week?"""

from sim.questions.rival_price.question import RivalPriceRule, RivalPrices

__all__ = ["RivalPriceRule", "RivalPrices"]
