"""Head count: how many reps does the firm want in each territory?"""

from sim.questions.head_count.question import HeadCount, HeadCountRule

__all__ = ["HeadCount", "HeadCountRule"]
