"""Pay: what does the firm pay its reps for?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats


@dataclass(frozen=True)
class PayPlan:
    """Weekly pay terms per territory."""

    salary: Floats  # [T] minor units a week, of a rep in a filled position
    commission_on_revenue: Floats  # [T] share of the sell-out credited to the rep
    commission_on_margin: Floats  # [T] share of the manufacturer's gross margin on it


class PayRule(Rule):
    """A pay plan; asked every week."""

    question: ClassVar[str] = "pay"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> PayPlan:
        """Set the pay terms for this week."""
