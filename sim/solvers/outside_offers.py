"""Outside offers: who gets them, and whether one is taken."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.quantity import retention_of_half_life

Floats = NDArray[np.floating]

#: Standard scores between which offers are summed up, and the number of steps.
_FARTHEST, _NODES = 8.0, 2000

#: Offers a week for which the hazard of leaving is tabled.
_RATES = np.geomspace(1e-4, 1e4, 401)


def attention(attainment: Floats, present: NDArray[np.bool_], visibility: float) -> Floats:
    """Part of the labour market's attention each rep has, mean 1 over those ``present`` [R]; 0 for the others.

    ``attainment`` is sales over the mean of the team. The labour market decides how many approaches there are;
    whom they reach depends on what can be seen from outside.
    """
    seen = np.where(present, np.maximum(attainment, 0.0) ** visibility, 0.0)
    total = seen.sum()
    part: Floats = seen * present.sum() / total if total > 0 else present.astype(np.float64)
    return part


def accept_probability(gain: Floats, push: Floats, reluctance: float, taste: float) -> Floats:
    """Probability of leaving for an offer worth ``gain`` (log) more than staying; ``push`` (log odds) is dissatisfaction."""
    accepted: Floats = special.expit((gain - reluctance) / taste + push)
    return accepted


def offers_for(hazard: Floats, spread: float, reluctance: float, taste: float) -> Floats:
    """Offers a week at which a content rep who is paid as the market pays leaves for one at ``hazard`` a week.

    Offers come as a Poisson process, are spread by ``spread`` (log sd) around the market's pay, and a rep weighs the
    best of a week. The chance to leave in a week is then 1 − exp(−hazard), exactly, as without offers. Where offers are
    all equal and too often rejected for that, one is sure to come every week.
    """
    hazards, accepted = _usual_taking(spread, reluctance, taste)
    x = np.asarray(hazard, dtype=np.float64)
    logs = np.log(x, out=np.full(x.shape, -np.inf), where=x > 0)
    rate: Floats = x / np.interp(logs, hazards, accepted)
    return rate


def best_of_week(rate: Floats, draw: Floats) -> Floats:
    """Standard normal score of the best offer of a week in which some came, of ``rate`` a week, by a normal ``draw``.

    Where offers are rare it is the draw itself.
    """
    tail = np.log1p(special.ndtr(-draw) * np.expm1(-rate)) / -rate
    score: Floats = -special.ndtri(tail)
    return score


@lru_cache(maxsize=64)
def _usual_taking(spread: float, reluctance: float, taste: float) -> tuple[Floats, Floats]:
    """Logs of the hazard at which a content rep leaves, rising, and that hazard per offer, over rates of offers."""
    score = np.linspace(-_FARTHEST, _FARTHEST, _NODES + 1)
    middle = 0.5 * (score[1:] + score[:-1])
    accepted = accept_probability(spread * middle, np.zeros(_NODES), reluctance, taste)
    best = np.diff(np.exp(-_RATES[:, None] * special.ndtr(-score)), axis=1)  # chance that the best one is here
    hazard = np.maximum(-np.log1p(-best @ accepted), 1e-300)
    return np.log(hazard), hazard / _RATES


@lru_cache(maxsize=64)
def usual_exodus(hazard: float, half_life: float) -> float:
    """Recent leavers, decayed, as a share of the team, when people leave at the usual weekly ``hazard``."""
    return float(-np.expm1(-hazard) / (1.0 - retention_of_half_life(half_life)))
