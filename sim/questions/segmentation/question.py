"""Segmentation: which segment does the firm put each customer into?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sim.quantity import param
from sim.rules.rule import Rule
from sim.views import FirmSeen, Ints


@dataclass(frozen=True)
class Segments:
    """Labels of customers: 0 without a segment, else 1..count. ``cost`` in minor units is booked as a study."""

    WITHOUT: ClassVar[dict[str, int]] = {"label": 0}  # who has no record

    label: Ints  # [N]
    count: int
    cost: int

    def beside(self, other: Segments) -> dict[str, int]:
        """Two schemes in different territories: both are paid for, and labels run to the larger count."""
        return {"count": max(self.count, other.count), "cost": self.cost + other.cost}


class SegmentationRule(Rule):
    """A segmentation scheme; asked every ``every`` weeks. Labels go stale in between."""

    question: ClassVar[str] = "segmentation"
    scoped: ClassVar[bool] = True
    every: int = param(13, unit="weeks", doc="Weeks between refreshes of the segments.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Segments:
        """Put every known customer into a segment."""
