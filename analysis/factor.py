"""A factor: one uncertain number or choice of a design, its range, and how a share of the range becomes a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Value: TypeAlias = float | int | str | bool


@dataclass(frozen=True)
class Factor:
    """One factor: either a range from ``low`` to ``high``, or ``levels`` to choose from.

    ``paths`` are the settings it sets (by default the one called ``name``). With ``times`` its value multiplies the
    value in the scenario. ``log``: equal shares of the range are equal ratios; ``whole``: rounded to whole numbers.
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

    @property
    def span(self) -> str:
        """The range or the levels as readers see them: ``0.8 to 1.2 EUR``, ``×0.5 to ×2, log scale``, ``flat, steep``."""
        sign = "×" if self.times else ""
        unit = f" {self.unit}" if self.unit else ""
        if self.levels:
            return ", ".join(f"{sign}{level}" for level in self.levels) + unit
        low, high = (f"{sign}{end:,.6g}".replace("-", "\u2212") for end in (self.low, self.high))
        return f"{low} to {high}{unit}{', log scale' if self.log else ''}"

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
        values = self.low * (self.high / self.low) ** given if self.log else self.low + (self.high - self.low) * given
        # Rounding must not carry a value past an end: settings are checked against such ends.
        return [float(value) for value in np.clip(values, self.low, self.high)]

    def positions(self, values: Sequence[Value]) -> npt.NDArray[np.float64]:
        """How far ``values`` lie from the low end (0) to the high end (1): on a log scale where ``log``.

        Levels that are numbers lie by their size; others by their place in the list, from the first (0) to the last (1).
        """
        if self.levels and not self.is_number:
            return np.array([self.levels.index(value) for value in values]) / max(len(self.levels) - 1, 1)
        ends = self.levels if self.levels else (self.low, self.high)
        numbers = np.array([float(end) for end in (*ends, *values)], dtype=np.float64)
        if self.log and not self.levels:
            numbers = np.log(numbers)
        low, high = numbers[: len(ends)].min(), numbers[: len(ends)].max()
        return np.asarray((numbers[len(ends) :] - low) / (high - low), dtype=np.float64)
