"""Presence: in which weeks each offer is in the market. Offers of rivals may enter and leave in mid-run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Presence:
    """The first week of each offer [J], and the first one in which it is gone [J]; weeks are counted from 0."""

    enters: NDArray[np.int64]
    leaves: NDArray[np.int64]

    def offers(self, week: int) -> NDArray[np.bool_]:
        """Which offers are in the market in ``week`` [J]."""
        there: NDArray[np.bool_] = (self.enters <= week) & (week < self.leaves)
        return there

    def moves(self, week: int) -> bool:
        """Whether any offer enters or leaves in ``week``."""
        return bool((self.enters == week).any() or (self.leaves == week).any())

    def brands(self, week: int, brand: NDArray[np.integer[Any]], brands: int) -> NDArray[np.bool_]:
        """Which brands have an offer in the market in ``week`` [B]; ``brand`` [J] is that of each offer."""
        return np.bincount(brand[self.offers(week)], minlength=brands) > 0
