"""The skill of reps, and what it is worth: learnt in the job, by programmes, and of the product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.solvers.doses import combine, dose_effect
from sim.state import MarketState


def learnt_of_job(state: MarketState) -> NDArray[np.floating]:
    """Part of a seasoned rep's output that each rep has learnt to bring [R]: 1−exp(−t/τ) after t weeks in the job."""
    learnt: NDArray[np.floating] = -np.expm1(-(state.reps.tenure + 1.0) / state.params.people.ramp)
    return learnt


def skill_of(state: MarketState) -> NDArray[np.floating]:
    """Skill with which each rep sells, product knowledge included, in standard deviations [R]."""
    skill: NDArray[np.floating] = state.reps.skill + product_knowledge(state)
    return skill


def worth_with_distributors(state: MarketState) -> NDArray[np.floating]:
    """What an hour of each rep with a distributor is worth [R], 1 for a seasoned one of mean skill."""
    worth: NDArray[np.floating] = np.exp(state.params.calls.skill_spread * skill_of(state)) * learnt_of_job(state)
    return worth


def product_knowledge(state: MarketState) -> NDArray[np.float32]:
    """What joint training adds to the skill with which reps call [R], in standard deviations.

    It is one more programme in addition to coaching and training, and combines with them under the same ceiling.
    """
    numbers, management, reps = state.params.technical, state.params.management, state.reps
    coached, trained, of_product = reps.coached, reps.trained, reps.product_trained
    joint = dose_effect(numbers.training_d, of_product, numbers.training_half)
    if not joint.any():
        return np.zeros(len(reps), np.float32)
    others = [
        dose_effect(management.coaching_d, coached, management.coaching_half),
        dose_effect(management.training_d, trained, management.training_half),
    ]
    gain = combine([*others, joint], management.ceiling) - combine(others, management.ceiling)
    return np.where(of_product > 0, gain, 0.0).astype(np.float32)
