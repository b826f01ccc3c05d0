"""No segmentation: every customer is treated alike."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.views import FirmSeen


class NoSegments(SegmentationRule):
    """Leave all customers without a segment, at no cost."""

    kind: Literal["none"] = "none"
    idle: ClassVar[bool] = True

    def answer(self, seen: FirmSeen) -> Segments:
        """Label 0 for every customer."""
        return Segments(label=np.zeros(len(seen.customers.key), dtype=np.int16), count=0, cost=0)
