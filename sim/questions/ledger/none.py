"""No ledger: the departments plan without what accounting knows of customers."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.ledger.question import CustomerLedger, LedgerRule
from sim.views import FirmSeen


class NoLedger(LedgerRule):
    """Nothing comes from the books, neither at the start nor later; nothing is paid for it."""

    constant: ClassVar[bool] = True
    kind: Literal["none"] = "none"

    def answer(self, seen: FirmSeen) -> CustomerLedger:
        """In use nowhere."""
        nothing = np.zeros(len(seen.sales), dtype=np.int64)
        return CustomerLedger(in_use=nothing > 0, cost=nothing)
