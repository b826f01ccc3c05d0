"""Effort: how hard does a rep work in the hours it has?"""

from sim.questions.effort.question import Effort, EffortRule

__all__ = ["Effort", "EffortRule"]
