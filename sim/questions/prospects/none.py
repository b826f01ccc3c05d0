"""No filter: no customer counts as a prospect."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.prospects.question import Prospects, ProspectsRule
from sim.views import FirmSeen


class NoFilter(ProspectsRule):
    """Non-users are treated as their segment is."""

    kind: Literal["none"] = "none"
    idle: ClassVar[bool] = True

    def answer(self, seen: FirmSeen) -> Prospects:
        """Qualify no customer."""
        return Prospects(qualified=np.zeros(len(seen.customers.key), dtype=np.bool_), worth=0, cost=0)
