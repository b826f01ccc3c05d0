"""Service: how many service engineers work in each territory, and whose job comes first?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import Floats, ServiceSeen


@dataclass(frozen=True)
class Service:
    """Staff and order of service in each territory."""

    engineers: Floats  # [T] heads; parts of one where an engineer serves several territories
    priority: Floats  # [T, 1 + segments] by segment label, 0 for no segment: higher comes first, equals by waiting


class ServiceRule(Rule):
    """The service department's staff and order of work; asked every week in a market where durables fail."""

    question: ClassVar[str] = "service"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: ServiceSeen) -> Service:
        """Staff every territory for this week."""
