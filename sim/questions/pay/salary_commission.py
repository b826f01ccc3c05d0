"""Salary and commission: a fixed sum and a share of revenue or of margin."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.pay.question import PayPlan, PayRule
from sim.views import FirmSeen


class SalaryCommission(PayRule):
    """The same terms for every rep."""

    constant: ClassVar[bool] = True
    kind: Literal["salary_commission"] = "salary_commission"
    salary: int = param(4_000_000, unit="minor units/year", doc="Fixed pay of a rep.", bounds=(0, 10**11), lever=True)
    commission: float = param(
        0.02,
        unit="share",
        doc="Commission on what the rep's accounts buy from us.",
        bounds=(0, 1),
        soft=(0, 0.15),
        lever=True,
    )
    base: Literal["revenue", "margin"] = param(
        "revenue", unit="text", doc="What the commission is a share of.", lever=True
    )

    def answer(self, seen: FirmSeen) -> PayPlan:
        """One plan for all territories."""
        one = np.ones(len(seen.sales))
        return PayPlan(
            salary=one * (self.salary / WEEKS_PER_YEAR),
            commission_on_revenue=one * (self.commission if self.base == "revenue" else 0.0),
            commission_on_margin=one * (self.commission if self.base == "margin" else 0.0),
        )
