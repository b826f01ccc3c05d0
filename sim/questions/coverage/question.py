"""Coverage: which customers do reps serve in person, who serves them, and how often?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.quantity import param
from sim.rules.rule import Rule
from sim.views import FirmSeen, Floats, Ints


@dataclass(frozen=True)
class Coverage:
    """The call plan: rep of each customer (−1: left to the distributor) and calls a week."""

    WITHOUT: ClassVar[dict[str, float]] = {"rep": -1, "norm": 0.0}  # who has no record

    rep: Ints  # [N]
    norm: Floats  # [N] calls a week, ≥ 0, 0 where rep is −1


class CoverageRule(Rule):
    """A call plan for all territories; asked every ``every`` weeks."""

    question: ClassVar[str] = "coverage"
    scoped: ClassVar[bool] = True
    every: int = param(13, unit="weeks", doc="Weeks between revisions of the call plan.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Coverage:
        """Assign accounts to the reps of their territory and set a call norm for each."""
