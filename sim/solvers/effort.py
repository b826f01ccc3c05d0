"""Effort: the work a person chooses when effort costs them c·e²/2."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def choose_effort(
    motivation: Floats, cost: float, paid: Floats, observed: Floats, consequence: float, own_drive: float
) -> Floats:
    """Effort e = (motivation/c)·(own drive + paid + observed·consequence), kept within [0, 1].

    ``paid`` is what the pay plan returns per unit of effort as a share of expected pay, ``observed`` the
    share of the work that supervision sees and ``consequence`` the value of being seen on the same scale.
    First-order condition of a quadratic cost of effort (MODEL §5).
    """
    effort: Floats = np.clip(motivation / cost * (own_drive + paid + observed * consequence), 0.0, 1.0)
    return effort
