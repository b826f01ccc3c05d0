"""Retail price: what does a distributor charge for the manufacturer's offers?"""

from sim.questions.retail_price.question import RetailPriceRule, RetailPrices

__all__ = ["RetailPriceRule", "RetailPrices"]
