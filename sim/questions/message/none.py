"""No message: reps say what is usual."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.message.question import MessageRule, Messages
from sim.views import FirmSeen


class NoMessage(MessageRule):
    """Calls stress nothing in particular."""

    kind: Literal["none"] = "none"
    idle: ClassVar[bool] = True

    def answer(self, seen: FirmSeen) -> Messages:
        """No attribute for anyone."""
        groups = seen.segments + 1
        return Messages(attribute=np.full(groups, -1, dtype=np.int64), fit=np.zeros(groups))
