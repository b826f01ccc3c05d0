"""Segmentation: which segment does the firm put each customer into?"""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.rules.answer_fields import Answer, Fault, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Ints


class Segments(Answer):
    """Labels of customers: 0 without a segment, else 1..count. ``cost`` in minor units is booked as a study."""

    label: Ints = answer_field(
        "Segment of each customer from 1 to `count`; 0 without one.",
        unit="label",
        shape=("customers",),
        low=0,
        without=0,
    )
    count: int = answer_field("Number of segments.", unit="segments", low=0, high=200, together=max)
    cost: int = answer_field("Cost of the scheme, booked as a study.", unit="minor units", low=0, together=operator.add)

    def faults(self, market: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
        """Labels beyond the number of segments."""
        if self.label.size and self.label.max() > self.count:
            row = int(np.argmax(self.label))
            yield Fault(f"label {self.label[row]}", f"labels from 0 to count, which is {self.count}", row)


class SegmentationRule(Rule):
    """A segmentation scheme. Labels go stale in between."""

    question: ClassVar[str] = "segmentation"
    actor: ClassVar[str] = "market department"
    ordinary: ClassVar[str] = "none"
    scoped: ClassVar[bool] = True
    every: int = param(13, unit="weeks", doc="Weeks between refreshes of the segments.", bounds=(1, 520), lever=True)

    @abstractmethod
    def answer(self, seen: FirmSeen) -> Segments:
        """Put every known customer into a segment."""
