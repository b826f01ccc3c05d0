"""How a distributor divides its effort among brands, and how its trust and its capability move in a week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def logit_shares(pay: Floats, pull: Floats, slope: float) -> NDArray[np.float64]:
    """Shares of effort by brand [D, B], each row summing to 1: softmax of slope × pay / mean pay + pull.

    ``pay`` is what each brand earns the distributor, in any unit; the mean is over the brands it carries. If no brand
    pays anything, only ``pull`` distinguishes them.
    """
    mean = np.maximum(pay, 0.0).mean(axis=1, keepdims=True)
    value = slope * np.where(mean > 0, pay / np.where(mean > 0, mean, 1.0), 0.0) + pull
    weight = np.exp(value - value.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = weight / weight.sum(axis=1, keepdims=True)
    return shares


def next_trust(trust: Floats, target: Floats, speed: float, loss: float) -> Floats:
    """Trust a week later: part of the way to ``target``, ``loss`` times as fast downwards; 0..1."""
    gap = target - trust
    moved: Floats = trust + np.minimum(speed * np.where(gap < 0, loss, 1.0), 1.0) * gap
    return moved


def next_capability(capability: Floats, own: Floats, hours: Floats, advice: float, forgetting: float) -> Floats:
    """Capability a week later: k + ρ·hours·(1 − k) − forgetting·(k − own), between ``own`` and 1.

    ``own`` is what the distributor can do by itself, to which it falls back without advice; an hour closes the
    part ρ = ``advice`` of the gap to 1, all hours of a week at most the whole gap.
    """
    taught = np.minimum(advice * hours, 1.0) * (1.0 - capability)
    learnt: Floats = capability + taught - forgetting * (capability - own)
    return learnt
