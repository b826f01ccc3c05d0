"""Production: how much does the plant start this week?"""

from sim.questions.production.question import Production, ProductionRule

__all__ = ["Production", "ProductionRule"]
