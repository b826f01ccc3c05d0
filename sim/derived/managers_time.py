"""What plans, segments, systems and shared data take of managers' hours, apart from the routines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.state import MarketState

Hours = NDArray[np.float64]


def reading_hours(state: MarketState, left: Hours) -> Hours:
    """Hours [M] that managers give this week to what headquarters and systems send them, out of those ``left`` [M]."""
    numbers, home, reps = state.params.managers_time, state.managers.territory, state.reps
    decided = state.today.decided
    sharing = np.bincount(
        state.distributors.territory[state.distributors.shares_data], minlength=len(state.layout.territories)
    )
    asked = (
        numbers.office_hours * decided.gateway.offices[home]
        + numbers.segment_hours * state.headquarters.segments
        + numbers.shared_data_hours * sharing[home]
    )
    if decided.replanned.any():
        new_plan = reps.team[reps.active & decided.replanned[reps.territory]]
        asked = asked + numbers.plan_hours * np.bincount(new_plan, minlength=len(home))
    hours: Hours = np.minimum(asked, left)
    return hours
