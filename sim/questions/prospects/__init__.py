"""Prospects: which customers who do not buy from us yet count as potential users?"""

from sim.questions.prospects.question import Prospects, ProspectsRule

__all__ = ["Prospects", "ProspectsRule"]
