"""Motives: how a manager's style fits a rep's, and how far the needs that lead people are met."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer[Any]]

#: Behaviour styles in a circle: neighbours share one trait (assertive or warm), opposites none.
STYLES = ("driving", "expressive", "amiable", "analytical")

#: Needs that lead a person, lower ones first (Maslow). The first two only dissatisfy, the others drive (Herzberg).
NEEDS = ("security", "belonging", "esteem", "growth")
HYGIENE = 2


def style_match(manager: Ints, rep: Ints) -> Floats:
    """1 for the same style, 0 for neighbours, −1 for opposites; mean 0 over all pairs."""
    match: Floats = np.array([1.0, 0.0, -1.0, 0.0])[(manager - rep) % len(STYLES)]
    return match


def need_met(need: Ints, security: Floats, belonging: Floats, esteem: Floats, growth: Floats) -> Floats:
    """How far, from 0 to 1, each person's leading need is met, given how far each need is met for it."""
    met: Floats = np.choose(need, [security, belonging, esteem, growth])
    return np.clip(met, 0.0, 1.0)
