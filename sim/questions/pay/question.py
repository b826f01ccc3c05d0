"""Pay: what does the firm pay its reps for?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats


class PayPlan(Answer):
    """Weekly pay terms per territory."""

    salary: Floats = answer_field(
        "Salary of a rep in a filled position.", unit="minor units/week", shape=("territories",), low=0
    )
    commission_on_revenue: Floats = answer_field(
        "Commission on the sell-out credited to the rep.", unit="share", shape=("territories",), low=0
    )
    commission_on_margin: Floats = answer_field(
        "Commission on the manufacturer's gross margin on that sell-out.",
        unit="share",
        shape=("territories",),
        low=0,
    )


class PayRule(Rule):
    """A pay plan."""

    question: ClassVar[str] = "pay"
    actor: ClassVar[str] = "manufacturer"
    ordinary: ClassVar[str] = "salary_commission"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> PayPlan:
        """Set the pay terms for this week."""
