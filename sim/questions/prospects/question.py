"""Prospects: which customers who do not buy from us yet count as potential users?"""

from __future__ import annotations

import operator
from abc import abstractmethod
from typing import ClassVar

from sim.quantity import param
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Bools, FirmSeen


class Prospects(Answer):
    """Customers that passed the filter; ``cost`` in minor units is booked as a study.

    A potential user is one whose purchases from anyone reach ``worth``, minor units a year: by this the filter's
    rates are measured.
    """

    qualified: Bools = answer_field(
        "Customers who passed the filter.", unit="flag", shape=("customers",), without=False
    )
    worth: int = answer_field(
        "Purchases from anyone from which on a customer counts as a potential user; by this the rates of the filter are measured.",
        unit="minor units/year",
        low=0,
        together=max,
    )
    cost: int = answer_field(
        "Cost of running the filter, booked as a study.", unit="minor units", low=0, together=operator.add
    )


class ProspectsRule(Rule):
    """The filter of potential users; between runs the last result holds."""

    question: ClassVar[str] = "prospects"
    actor: ClassVar[str] = "market department"
    ordinary: ClassVar[str] = "none"
    scoped: ClassVar[bool] = True
    every: int = param(26, unit="weeks", doc="Weeks between runs of the filter.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Prospects:
        """Judge every known customer without an order on record."""
