"""Slow twins of the checks of units, hours and stages: one cell at a time, written from the laws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.kernels.stock_flow import Stage


def flows_leave(opening: Sequence[int], gained: npt.NDArray[np.int64], lost: npt.NDArray[np.int64]) -> list[int]:
    """What is left of ``opening`` after all weeks of flows [weeks, n]."""
    return [int(o + sum(gained[:, j]) - sum(lost[:, j])) for j, o in enumerate(opening)]


def adds_up(spent: npt.NDArray[np.float64], available: npt.NDArray[np.float64], tolerance: float) -> bool:
    """Whether hours spent [uses, people] are hours available [people], none of them negative or not a number."""
    for person, hours in enumerate(available):
        uses = [float(use) for use in spent[:, person]]
        if not all(use >= 0.0 for use in uses) or not abs(sum(uses) - hours) <= tolerance:
            return False
    return True


def is_lawful(stage: Stage) -> bool:
    """Whether nothing in a stage is negative, and what is in transit is in the pipeline."""
    for cell in np.ndindex(stage.on_hand.shape):
        if any(numbers[cell] < 0 for numbers in stage[:4]):
            return False
        if sum(slot[cell] for slot in stage.pipeline) != stage.in_transit[cell]:
            return False
    return True


def filled(wishes: Sequence[float], left: float) -> tuple[float, ...]:
    """What one person spends on each of its ``wishes``, one after the other, and what is left of its hours."""
    spent = []
    for wish in wishes:
        spent.append(min(wish, left))
        left -= spent[-1]
    return (*spent, left)
