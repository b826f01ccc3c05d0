"""Tiers of a channel: who supplies whom, as rows of a table, and sums that go up the chain.

``supplier`` [D] is the row of the distributor that supplies each, -1 where the plant does. There are no circles.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.jit import jit_bare, sealed_array

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
    total: Numbers = np.zeros(values.shape, values.dtype)
    add_rows(total, supplier, values)
    return total


def add_rows(total: Numbers, rows: Rows, values: Numbers) -> None:
    """Add each row of ``values`` [n, ...] to the one of ``total`` [D, ...] that ``rows`` [n] names; −1 names none. ``total`` is in C order."""
    if len(rows):
        given = np.ascontiguousarray(values).reshape(len(rows), -1)
        _add_rows(sealed_array(np.asarray(rows, np.int64)), sealed_array(given), total.reshape(len(total), -1))


@jit_bare
def _add_rows(rows: Rows, values: Numbers, total: Numbers) -> None:
    for k in range(rows.size):
        if rows[k] >= total.shape[0]:
            raise IndexError("there is no such row")
        if rows[k] >= 0:
            for j in range(values.shape[1]):
                total[rows[k], j] += values[k, j]


def through(supplier: Rows, values: Numbers) -> Numbers:
    """Sum of ``values`` [D, ...] over each distributor and all those it supplies, directly or not, [D, ...]."""
    total = np.array(values, order="C")
    for rows in reversed(tiers(supplier)[1:]):
        add_rows(total, supplier[rows], total[rows])
    return total
