"""A factor: one uncertain number or choice of a design, its range, and how a share of the range becomes a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Value: TypeAlias = float | int | str | bool


@dataclass(frozen=True)
class Factor:
    """One factor: either a range from ``low`` to ``high``, or ``levels`` to choose from.

    ``paths`` are the settings it sets (by default the one called ``name``). With ``times`` its value multiplies what
    the scenario holds there. ``log``: equal shares of the range are equal ratios; ``whole``: rounded to whole numbers.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    levels: tuple[Value, ...] = ()
    log: bool = False
    whole: bool = False
    times: bool = False
    paths: tuple[str, ...] = ()
    unit: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its values have an order and distances: a range, or levels that are all numbers."""
        return all(isinstance(level, int | float) and not isinstance(level, bool) for level in self.levels)

    def at(self, shares: npt.ArrayLike) -> list[Value]:
        """Values at ``shares`` of the range, each in [0, 1]; equal shares for every level where there are levels."""
        given = np.atleast_1d(np.asarray(shares, dtype=np.float64))
        if self.levels:
            return [self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)] for share in given]
        if self.whole:
            # Every whole number of the range has an equal share (with ``log`` a share like ln((n + 1)/n)), both ends too.
            low, high = int(self.low), int(self.high)
            if self.log:
                return [min(int(low * ((high + 1) / low) ** share), high) for share in given]
            count = high - low + 1
            return [low + min(int(share * count), count - 1) for share in given]
        if self.log:
            return [float(self.low * (self.high / self.low) ** share) for share in given]
        return [float(self.low + (self.high - self.low) * share) for share in given]
