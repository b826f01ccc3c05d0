"""Technical: how closely do designers work with service and sales, so that field problems reach them and reps know the product?"""

from sim.questions.technical.question import Technical, TechnicalRule

__all__ = ["Technical", "TechnicalRule"]
