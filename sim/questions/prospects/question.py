"""Prospects: which customers who do not buy from us yet does the firm hold for potential users?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.quantity import param
from sim.rules.rule import Rule
from sim.views import Bools, FirmSeen


@dataclass(frozen=True)
class Prospects:
    """Customers that passed the filter; ``cost`` in minor units is booked as a study.

    A potential user is one whose purchases from anyone reach ``worth``, minor units a year: by this the filter's
    rates are measured.
    """

    WITHOUT: ClassVar[dict[str, bool]] = {"qualified": False}  # who has no record

    qualified: Bools  # [N]
    worth: int
    cost: int

    def beside(self, other: Prospects) -> dict[str, int]:
        """Two filters in different territories: both are paid for, and the stricter worth is what both are measured by."""
        return {"worth": max(self.worth, other.worth), "cost": self.cost + other.cost}


class ProspectsRule(Rule):
    """The filter of potential users; asked every ``every`` weeks. In between its last word holds."""

    question: ClassVar[str] = "prospects"
    scoped: ClassVar[bool] = True
    every: int = param(26, unit="weeks", doc="Weeks between runs of the filter.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Prospects:
        """Judge every known customer without an order on record."""
