"""Practice: how much of the hours of a routine works while a team learns it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.questions.routines import Routines
from sim.state import MarketState
from sim.state.reps import PRACTISED

Reals = NDArray[np.floating[Any]]


class Practised(NamedTuple):
    """Hours of this week's routines as far as they work [R]; checks are counted, ``meetings`` are by kind [R, kinds]."""

    meetings: Reals
    checking: Reals
    visits: Reals
    talks: Reals
    checks: Reals
    training: Reals  # external
    induction: Reals
    on_the_job: Reals


def learnt_after(weeks: ArrayLike, settle: float) -> Reals:
    """Part of what is new that works in the week with that number (from 1): 1−exp(−weeks/settle)."""
    learnt: Reals = -np.expm1(-np.asarray(weeks, dtype=np.float64) / settle)
    return learnt


def hours_of_routines(state: MarketState) -> Reals:
    """Hours of each routine that has to be learnt, as last set [R, routines]."""
    return np.stack([getattr(state.reps, name) for name in PRACTISED], axis=1).astype(np.float64)


def practised(state: MarketState, held: Routines) -> Practised:
    """This week's routines, whose hours each rep has by now, as far as they work."""
    reps = state.reps
    hours = Practised(
        reps.meetings,
        reps.checking_hours,
        reps.visit_hours,
        reps.review_hours,
        reps.checks,
        held.training_hours,
        held.induction_hours,
        reps.on_the_job_hours,
    )
    if np.minimum.reduce(reps.mastered, axis=None, initial=1.0) == 1.0:
        return hours
    part = dict(zip(PRACTISED, reps.mastered.T, strict=True))
    training = part["training_hours"]
    return Practised(
        hours.meetings * part["meeting_hours"][:, None],
        hours.checking * part["checking_hours"],
        hours.visits * part["visit_hours"],
        hours.talks * part["review_hours"],
        hours.checks * part["checks"],
        hours.training * training,
        hours.induction * training,
        hours.on_the_job * training,
    )
