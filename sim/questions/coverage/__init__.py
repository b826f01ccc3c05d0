"""Coverage: which customers do reps serve in person, who serves them, and how often?"""

from sim.questions.coverage.question import Coverage, CoverageRule

__all__ = ["Coverage", "CoverageRule"]
