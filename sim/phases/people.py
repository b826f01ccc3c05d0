"""People: reps leave, positions are filled, newcomers learn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.phases.account import book_hiring
from sim.quantity import weekly_hazard_of_annual_probability
from sim.rng import Decision
from sim.state import MarketState
from sim.tables import VARIABLE_SHARE_AT_START


def people(state: MarketState) -> None:
    """One week of turnover."""
    state.reps.tenure[:] += state.reps.active
    _leave(state)
    _hire(state)


def _leave(state: MarketState) -> None:
    """Quits by hazard, higher the lower the motivation; accounts keep only part of their relationship."""
    numbers, reps = state.params.people, state.reps
    hazard = weekly_hazard_of_annual_probability(numbers.quit_probability)
    raised = hazard * np.exp(numbers.quit_motivation * (1.0 - reps.motivation))
    leaves = reps.active & (state.luck(Decision.QUIT).uniform(reps.key) < -np.expm1(-raised))
    teams = np.bincount(reps.team[leaves], minlength=len(state.managers))
    state.record.put(state.week, "quits", teams)
    state.heads.leave(state.week, teams)
    if not leaves.any():
        return
    reps.active[leaves] = False
    accounts = state.accounts()
    lose_relationship(state, accounts[leaves[state.knowledge.rep[accounts]]])


def lose_relationship(state: MarketState, accounts: NDArray[np.int64]) -> None:
    """A relationship is with a person: ``accounts`` (rows) whose rep goes or changes keep only part of theirs."""
    state.customers.relationship[accounts] *= np.float32(1.0 - state.params.people.relationship_lost)


def _hire(state: MarketState) -> None:
    """Vacant positions are filled by the applicant who looks best to the selection."""
    numbers, reps = state.params.people, state.reps
    chance = 1.0 if numbers.vacancy < 1.0 else -np.expm1(-1.0 / numbers.vacancy)
    filled = reps.position & ~reps.active & (state.luck(Decision.HIRE).uniform(reps.key) < chance)
    teams = np.bincount(reps.team[filled], minlength=len(state.managers))
    state.record.put(state.week, "hires", teams)
    state.heads.hire(state.week, teams)
    book_hiring(state, int(filled.sum()))
    rows = np.flatnonzero(filled)
    if len(rows) == 0:
        return
    reps.hires[rows] += 1
    traits = state.luck(Decision.HIRE_ABILITY)
    index = reps.hires[rows].astype(np.int64) * 1000
    looks = np.array([traits.normal(reps.key[rows], index + k) for k in range(numbers.applicants)])
    rest = traits.normal(reps.key[rows], index + 990)
    ability = numbers.validity * looks.max(axis=0) + np.sqrt(1 - numbers.validity**2) * rest
    reps.ability[rows] = state.params.calls.ability_spread * ability
    reps.zeal[rows] = np.maximum(
        1.0 + state.params.calls.motivation_spread * traits.normal(reps.key[rows], index + 991), 0.0
    )
    reps.motivation[rows] = reps.zeal[rows]
    for column in ("tenure", "coached", "trained", "feedback", "carry", "skill"):
        getattr(reps, column)[rows] = 0
    reps.skill[rows] = reps.ability[rows]
    reps.alignment[rows] = state.params.calls.compliance_start
    reps.form_use[rows] = state.params.forms.start
    reps.variable_share[rows] = VARIABLE_SHARE_AT_START
    reps.active[rows] = True
