"""None: rivals have no sales force. They are passive, and customers have relationships with our reps alone."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.rival_force.question import RivalCalls, RivalForceRule
from sim.views import RivalForceSeen


class NoForce(RivalForceRule):
    """No calls."""

    kind: Literal["none"] = "none"
    idle: ClassVar[bool] = True

    def answer(self, seen: RivalForceSeen) -> RivalCalls:
        """Nobody is called on."""
        return RivalCalls(calls=np.zeros(len(seen.key)))
