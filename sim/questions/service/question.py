"""Service: how many service engineers work in each territory, and whose job comes first?"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import Rule
from sim.views import Floats, ServiceSeen


class Service(Answer):
    """Staff and order of service in each territory."""

    engineers: Floats = answer_field(
        "Heads; parts of one where an engineer serves several territories.", unit="heads", shape=("territories",), low=0
    )
    priority: Floats = answer_field(
        "Order of service by segment label, the first for customers without a segment: higher comes first, equals by waiting.",
        unit="1",
        shape=("territories", "price groups"),
    )


class ServiceRule(Rule):
    """The service department's staff and order of work."""

    question: ClassVar[str] = "service"
    actor: ClassVar[str] = "technical department"
    asked: ClassVar[str] = "every week in a market where durables fail"
    ordinary: ClassVar[str] = "fixed_staff"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: ServiceSeen) -> Service:
        """Staff every territory for this week."""
