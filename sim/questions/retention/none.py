"""No counter-offers: travellers are not stopped."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.questions.retention.question import Retention, RetentionRule
from sim.views import RetentionSeen


class NoCounterOffers(RetentionRule):
    """No rep is paid for staying."""

    kind: Literal["none"] = "none"

    def answer(self, seen: RetentionSeen) -> Retention:
        """Nothing for any rep."""
        return Retention(stay_bonus=np.zeros(len(seen.offer), dtype=np.int64))
