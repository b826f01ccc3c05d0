"""None: reps call on customers only; distributors' orders are taken in the office hours."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.distributor_calls.question import DistributorCalls, DistributorCallsRule
from sim.views import FirmSeen


class NoDistributorCalls(DistributorCallsRule):
    """No hours for distributors."""

    constant: ClassVar[bool] = True
    kind: Literal["none"] = "none"

    def answer(self, seen: FirmSeen) -> DistributorCalls:
        """Nothing anywhere."""
        return DistributorCalls(hours=np.zeros(len(seen.positions)))
