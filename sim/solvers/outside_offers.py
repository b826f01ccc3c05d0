"""Outside offers: who gets them, and whether one is taken."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.quantity import retention_of_half_life

Floats = NDArray[np.floating]

#: Equally likely offers over which the usual acceptance is averaged.
_NODES = 400


def attention(attainment: Floats, present: NDArray[np.bool_], visibility: float) -> Floats:
    """Part of the labour market's attention each rep has, mean 1 over those ``present`` [R]; 0 for the others.

    ``attainment`` is sales over the mean of the team. How many approaches there are is the labour market's affair;
    whom they reach goes by what can be seen from outside.
    """
    seen = np.where(present, np.maximum(attainment, 0.0) ** visibility, 0.0)
    total = seen.sum()
    part: Floats = seen * present.sum() / total if total > 0 else present.astype(np.float64)
    return part


def accept_probability(gain: Floats, push: Floats, reluctance: float, taste: float) -> Floats:
    """Probability of leaving for an offer worth ``gain`` (log) more than staying; ``push`` (log odds) is dissatisfaction."""
    accepted: Floats = special.expit((gain - reluctance) / taste + push)
    return accepted


@lru_cache(maxsize=64)
def usual_acceptance(spread: float, reluctance: float, taste: float) -> float:
    """Mean acceptance of a content rep who is paid as the market pays, over offers spread by ``spread`` (log sd)."""
    offers = spread * special.ndtri((np.arange(_NODES) + 0.5) / _NODES)
    return float(accept_probability(offers, np.zeros(_NODES), reluctance, taste).mean())


def usual_exodus(hazard: float, half_life: float) -> float:
    """Leavers of late, decayed, as a share of the team, when people leave at the usual weekly ``hazard``."""
    return float(-np.expm1(-hazard) / (1.0 - retention_of_half_life(half_life)))
