"""Tiers of a channel: who supplies whom, as rows of a table, and sums that go up the chain.

``supplier`` [D] is the row of the distributor that supplies each, -1 where the plant does. There are no circles.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Rows: TypeAlias = npt.NDArray[np.integer[Any]]
Numbers: TypeAlias = npt.NDArray[Any]


def tiers(supplier: Rows) -> list[npt.NDArray[np.int64]]:
    """Rows of each tier: first those that the plant supplies, then those they supply, and so on down the chain.

    Raises ValueError when distributors supply each other in a circle.
    """
    found: list[npt.NDArray[np.int64]] = []
    above = np.array([-1])
    while len(above):
        inside = np.flatnonzero(np.isin(supplier, above))
        if len(inside):
            found.append(inside)
        above = inside
    if sum(len(rows) for rows in found) != len(supplier):
        raise ValueError(
            "every chain of suppliers begins at the plant: some distributors supply each other in a circle"
        )
    return found


def to_suppliers(supplier: Rows, values: Numbers) -> Numbers:
    """Sum of ``values`` [D, ...] over the distributors that each one supplies [D, ...]."""
    total = np.zeros_like(values)
    supplied = (supplier >= 0).nonzero()[0]
    if len(supplied):
        np.add.at(total, supplier[supplied], values[supplied])
    return total


def through(supplier: Rows, values: Numbers) -> Numbers:
    """Sum of ``values`` [D, ...] over each distributor and all those it supplies, directly or not, [D, ...]."""
    total = np.array(values)
    for rows in reversed(tiers(supplier)[1:]):
        np.add.at(total, supplier[rows], total[rows])
    return total
