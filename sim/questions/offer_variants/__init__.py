"""Offer variants: for which attribute are our offers adapted, segment by segment?"""

from sim.questions.offer_variants.question import OfferVariantRule, OfferVariants

__all__ = ["OfferVariantRule", "OfferVariants"]
