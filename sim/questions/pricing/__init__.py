"""Pricing: what discount on its list prices does the firm grant to each segment?"""

from sim.questions.pricing.question import Discounts, PricingRule

__all__ = ["Discounts", "PricingRule"]
