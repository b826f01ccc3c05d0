"""Head count: how many reps does the firm want in each territory?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.rules.rule import Rule
from sim.views import FirmSeen, Ints


@dataclass(frozen=True)
class HeadCount:
    """Positions by territory."""

    positions: Ints  # [T]


class HeadCountRule(Rule):
    """The size of the sales force; asked every week."""

    question: ClassVar[str] = "head_count"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> HeadCount:
        """Set the number of positions in every territory."""
