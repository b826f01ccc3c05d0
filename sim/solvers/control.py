"""Control: what checks see, how being seen affects motivation by maturity, and how goals act by difficulty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def seen_share(checks: Floats) -> Floats:
    """Share m = 1 − exp(−checks) of the work that supervision sees."""
    share: Floats = -np.expm1(-checks)
    return share


def wear_of_control(kappa: float, slope: float, maturity: Floats, reference: float) -> Floats:
    """κ of each person: motivation lost when all work is seen; below 0 being seen steadies."""
    of_person: Floats = kappa + slope * (maturity - reference)
    return of_person


def goal_effect(difficulty: Floats, full: float, reach: float) -> Floats:
    """Effect (sd) of a goal: rises with difficulty to ``full`` at ``reach``, falls to 0 at twice that, where it is given up."""
    x = difficulty / reach
    effect: Floats = full * np.maximum(np.minimum(x, 2.0 - x), 0.0)
    return effect
