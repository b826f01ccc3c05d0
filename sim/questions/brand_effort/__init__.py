"""Brand effort: how does a distributor divide its selling effort among the brands it carries?"""

from sim.questions.brand_effort.question import BrandEffort, BrandEffortRule

__all__ = ["BrandEffort", "BrandEffortRule"]
