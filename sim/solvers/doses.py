"""Doses: how hours put into a programme become a shift of a rep's standardised skill, and how programmes combine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def dose_effect(full: float, hours: Floats, half_saturation: float) -> Floats:
    """Shift d·(1−exp(−hours/h0)) of a programme with full effect ``full`` after ``hours`` (decayed) hours."""
    effect: Floats = -full * np.expm1(hours / -half_saturation)
    return effect


def combine(effects: list[Floats], ceiling: float) -> Floats:
    """Combine programmes with ceiling D: D·(1−Π(1−dᵢ/D)). One programme alone keeps its effect.

    Each effect must stay below the ceiling; the sum can never exceed it.
    """
    rest: Floats = 1.0 - np.minimum(effects[0] / ceiling, 1.0)
    for effect in effects[1:]:
        rest = rest * (1.0 - np.minimum(effect / ceiling, 1.0))
    return ceiling * (1.0 - rest)


def after_talk(feedback: Floats, talk: Floats, dose: Floats) -> Floats:
    """Effect of feedback after a review talk: a full one replaces what remains of earlier ones.

    ``talk`` is the effect this talk would have at full length, ``dose`` in [0, 1] how full it was, 0 for none. So one
    talk at full dose has the published effect whenever it is held, and many never have more than one.
    """
    renewed: Floats = feedback + dose * (talk - feedback)
    return renewed
