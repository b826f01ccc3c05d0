"""Pursuit: which of the open projects of their accounts do reps work on this week, and with how many of their calls?"""

from sim.questions.pursuit.question import Pursuit, PursuitRule

__all__ = ["Pursuit", "PursuitRule"]
