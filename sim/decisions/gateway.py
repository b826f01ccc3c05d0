"""Gateway: by which way do reports reach headquarters, and how many offices collect for themselves?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.decisions.question import Rule
from sim.decisions.seen import FirmSeen, Floats, Ints


@dataclass(frozen=True)
class Gateway:
    """The reporting line of each territory."""

    offices: Ints  # [T] offices that each collect their own set of forms (double work for reps), ≥ 1
    delay: Ints  # [T] weeks from the field to the database
    loss: Floats  # [T] share of reports that get lost on the way
    contradiction: Floats  # [T] standard deviation of log error that differing records add
    cost: Ints  # [T] minor units a week


class GatewayRule(Rule):
    """The information system's reporting line; asked every week."""

    question: ClassVar[str] = "gateway"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Gateway:
        """Set the reporting line of every territory for this week."""
