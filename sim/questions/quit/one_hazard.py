"""One hazard: reps leave by chance, the more often the less motivated they are; no rep weighs offers."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.questions.quit.question import QuitRule, Quits
from sim.views import QuitSeen


class OneHazard(QuitRule):
    """The usual hazard for all, raised by lost motivation."""

    kind: Literal["one_hazard"] = "one_hazard"

    def answer(self, seen: QuitSeen) -> Quits:
        """1 − exp(−hazard·exp(slope·(1−motivation)))."""
        raised = seen.hazard * np.exp(seen.push)
        return Quits(probability=-np.expm1(-raised))
