"""No studies: the firm knows what its reps and distributors report."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.studies.question import Studies, StudiesRule, StudyKind
from sim.views import FirmSeen


class NoStudies(StudiesRule):
    """Nothing is commissioned."""

    kind: Literal["none"] = "none"
    idle: ClassVar[bool] = True

    def answer(self, seen: FirmSeen) -> Studies:
        """Ask no customers."""
        return Studies(sample=np.zeros((len(seen.sales), len(StudyKind)), dtype=np.int64))
