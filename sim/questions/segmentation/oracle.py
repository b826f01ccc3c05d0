"""The oracle's segments: the customers' true types, which no one can see; an upper bound, not a policy."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.segmentation.question import SegmentationRule, Segments
from sim.views import FirmSeen, TruthSeen


class OracleSegments(SegmentationRule):
    """Label every customer, known or not, by true type, free of charge."""

    reads_truth: ClassVar[bool] = True
    kind: Literal["oracle"] = "oracle"

    def answer(self, seen: FirmSeen) -> Segments:
        """Read the truth."""
        if not isinstance(seen, TruthSeen):
            raise TypeError("an oracle needs to see the truth")
        label = (seen.true_type + 1).astype(np.int16)
        return Segments(label=label, count=int(label.max(initial=0)), cost=0)
