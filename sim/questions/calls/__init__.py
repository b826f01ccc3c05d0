"""Calls: which customers does a rep visit this week?"""

from sim.questions.calls.question import CallShares, CallsRule

__all__ = ["CallShares", "CallsRule"]
