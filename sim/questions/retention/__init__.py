"""Retention: what does the firm pay a rep who has an outside offer for staying?"""

from sim.questions.retention.question import Retention, RetentionRule

__all__ = ["Retention", "RetentionRule"]
