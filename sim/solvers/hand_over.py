"""Hand-over: what customers stop buying when their rep changes, and how it comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]

#: Loss below which nobody could say that anything is missing; it is then over.
UNNOTICED = 1e-3


def loss_at_once(yearly: float, keep: float, weeks: float) -> float:
    """Share lost in the first week, of which ``keep`` is left after each, whose mean over ``weeks`` is ``yearly``."""
    return float(yearly * weeks * (1.0 - keep) / (1.0 - keep**weeks))


def after_hand_over(broken: Reals, at_once: float, part: float) -> Reals:
    """Loss after another hand-over: ``part`` of the way to ``at_once``, so that only what had come back can be lost again."""
    after: Reals = broken + part * np.maximum(at_once - broken, 0.0)
    return after


def healed(broken: Reals, keep: float) -> Reals:
    """Loss a week later; 0 once it is :data:`UNNOTICED`."""
    after = broken * keep
    return np.where(after < UNNOTICED, 0.0, after)
