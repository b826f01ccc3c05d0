"""Sharing data: does a distributor accept what the firm offers for its sell-out data?"""

from sim.questions.share_data.question import ShareDataRule, Sharing

__all__ = ["ShareDataRule", "Sharing"]
