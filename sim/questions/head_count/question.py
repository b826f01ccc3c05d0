"""Head count: how many reps does the firm want in each territory?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.rules.answer_fields import Answer, Fault, answer_field
from sim.rules.rule import Rule
from sim.views import FirmSeen, Ints


class HeadCount(Answer):
    """Positions by territory."""

    positions: Ints = answer_field(
        "Positions of the sales force, filled or vacant.", unit="positions", shape=("territories",), low=0
    )

    def faults(self, market: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
        """More positions than ``room`` [T], which the sales force was built with."""
        if "room" in market and (self.positions > market["room"]).any():
            row = int(np.argmax(self.positions - market["room"]))
            yield Fault(f"positions {self.positions[row]}", f"from 0 to {market['room'][row]} positions", row)


class HeadCountRule(Rule):
    """The size of the sales force."""

    question: ClassVar[str] = "head_count"
    actor: ClassVar[str] = "manufacturer"
    ordinary: ClassVar[str] = "fixed"
    scoped: ClassVar[bool] = True

    @abstractmethod
    def answer(self, seen: FirmSeen) -> HeadCount:
        """Set the number of positions in every territory."""
