"""Joint training: service engineers teach reps what they know of products."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.quantity import retention_of_half_life
from sim.state import MarketState, Use

Floats = NDArray[np.floating]


def train_with_engineers(state: MarketState, left: Floats) -> Floats:
    """Hold this week's joint training within the hours ``left`` [R] of reps, and let what they knew fade.

    Returns the hours it took [R]. A newcomer starts without; where no one trains nothing happens.
    """
    planned, reps = state.today.decided.upkeep, state.reps
    if planned is None:
        return np.zeros(len(reps))
    hours: Floats = np.minimum(planned.technical.training_hours[reps.territory] * reps.active, left)
    state.books.hours.spend(state.week, Use.TRAINING, hours)
    keep = np.float32(retention_of_half_life(state.params.technical.training_half_life))
    reps.product_trained[:] = np.where(reps.active & (reps.tenure > 0), reps.product_trained * keep, 0.0) + hours
    return hours
