"""Segmentation: which segment does the firm put each customer into?"""

from sim.questions.segmentation.question import SegmentationRule, Segments

__all__ = ["SegmentationRule", "Segments"]
