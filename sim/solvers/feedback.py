"""Feedback: what a review talk does by who holds it and how often, and how those who need none take attention.

The effect of feedback is N(d, σ²) over all talks (Kluger & DeNisi 1996: d = .41, σ = .985; a third harm). Part of the
variance is the manager's and comes back in each talk. Frequent talks add less, and in the end take (an inverted U: Lam,
DeRue, Karam & Hollenbeck 2011).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer[Any]]


def talk_effect(mean: float, spread: float, share: float, leader: Floats, luck: Floats) -> Floats:
    """Effect (sd) of a full talk [n] by a manager of ability ``leader`` and with ``luck``, both standard normal.

    ``share`` of the variance is the manager's; whatever it is, effects are N(mean, spread²) over managers and talks.
    """
    effect: Floats = mean + spread * (math.sqrt(share) * leader + math.sqrt(1.0 - share) * luck)
    return effect


def weeks_between_talks(hours: Floats, full: float, longest: int) -> Ints:
    """Whole weeks [n] in which ``hours`` a week make a talk of ``full`` hours, between 1 and ``longest``."""
    weeks = np.divide(full, hours, out=np.full(np.shape(hours), float(longest)), where=np.asarray(hours) > 0)
    interval: Ints = np.clip(np.floor(weeks), 1, longest).astype(np.int64)
    return interval


def crowding(talked: Floats, memory: float, usual_weeks: int) -> Floats:
    """Logarithm of one plus the talks in mind beyond those that one in ``usual_weeks`` leaves; 0 at or below these.

    ``talked`` [n] are talks so far, decayed with half-life ``memory``, as of just before the next.
    """
    kept = 0.5 ** (usual_weeks / memory)
    usual = kept / (1.0 - kept)
    beyond: Floats = np.log1p(np.maximum(talked - usual, 0.0))
    return beyond


def coaching_worth(leader: Floats, gain: float) -> Floats:
    """What an hour of coaching by a manager of ability ``leader`` is worth, 1 on the mean, 0 at least."""
    worth: Floats = np.maximum(1.0 + gain * leader, 0.0)
    return worth


def reactance(strength: float, maturity: Floats, reference: float, attention: Floats) -> Floats:
    """Motivation lost by ``attention`` in 0..1: the mature lose, those below ``reference`` gain."""
    lost: Floats = strength * (maturity - reference) * attention
    return lost
