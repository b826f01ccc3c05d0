"""Practice: hours that a new rule adds to the routines of a team work in full only once it has learnt them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.derived.practice import hours_of_routines, learnt_after
from sim.state import MarketState

Reals = NDArray[np.floating[Any]]


def hours_before_a_change(state: MarketState) -> Reals | None:
    """Last week's hours of routines [R, routines], in a week in which another rule begins to set them; None in others."""
    if state.reps.mastered.shape[1] == 0 or state.week == 0 or not state.rules.changes("routines"):
        return None
    return hours_of_routines(state)


def practise(state: MarketState, before: Reals | None) -> None:
    """One more week of practice; ``before`` [R, routines] are last week's hours where a rule has changed.

    Where it has, what worked until now works on, and what is more than that has to be learnt. A routine that is given
    up is forgotten with its hours.
    """
    settle, mastered = state.params.change.routine_weeks, state.reps.mastered
    if before is not None:
        hours = hours_of_routines(state)
        here = state.reps.active[:, None]  # who comes to a vacant position later finds the team as far as it is by then
        new = state.rules.changed("routines")[state.reps.territory][:, None] & ((hours > 0) | ~here)
        known = here * np.minimum(mastered * before / np.where(hours > 0, hours, 1.0), 1.0)
        mastered[:] = np.where(new, known, mastered)
    if np.minimum.reduce(mastered, axis=None, initial=1.0) < 1.0:
        mastered[:] += (1.0 - mastered) * learnt_after(1, settle)
