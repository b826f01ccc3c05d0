"""Distributor calls: how many hours do reps spend on the distributors of their territory?"""

from sim.questions.distributor_calls.question import DistributorCalls, DistributorCallsRule

__all__ = ["DistributorCalls", "DistributorCallsRule"]
