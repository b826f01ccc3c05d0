"""The books by customer: what was invoiced to a named customer is in the customer database."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import param
from sim.questions.ledger.question import CustomerLedger, LedgerRule
from sim.views import FirmSeen


class LedgerInUse(LedgerRule):
    """The ledger is kept by customer everywhere, and the departments read it; clerks are paid per customer."""

    constant: ClassVar[bool] = True
    kind: Literal["books"] = "books"
    upkeep: int = param(
        200,
        unit="minor units/customer/year",
        doc="Cost of keeping the ledger of one customer, on top of the upkeep of its record.",
        bounds=(0, 10**7),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> CustomerLedger:
        """In use everywhere, at the same cost."""
        one = np.ones(len(seen.sales), dtype=np.int64)
        return CustomerLedger(in_use=one > 0, cost=one * self.upkeep)
