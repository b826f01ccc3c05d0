"""Rival poaching: how many more offers than usual do rivals make to our reps?"""

from sim.questions.rival_poaching.question import RivalOffers, RivalPoachingRule

__all__ = ["RivalOffers", "RivalPoachingRule"]
