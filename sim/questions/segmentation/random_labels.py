"""Random segments: the placebo against which every scheme must prove itself."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.views import FirmSeen


class RandomSegments(SegmentationRule):
    """Assign known customers to segments at random, and charge what a real scheme would cost."""

    kind: Literal["random"] = "random"
    segments: int = param(4, unit="segments", doc="Number of segments.", bounds=(2, 64), lever=True)
    fee: int = param(400_000, unit="minor units", doc="Cost of one refresh.", bounds=(0, 10**12), lever=True)

    def answer(self, seen: FirmSeen) -> Segments:
        """Draw every known customer's label."""
        luck = seen.luck.uniform(seen.customers.key)
        label = np.where(seen.customers.known, 1 + np.floor(luck * self.segments), 0).astype(np.int16)
        return Segments(label=label, count=self.segments, cost=self.fee)
