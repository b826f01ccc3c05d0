"""Ordering: how much does a distributor order this week?"""

from sim.questions.ordering.question import OrderingRule, Orders

__all__ = ["OrderingRule", "Orders"]
