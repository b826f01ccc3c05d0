"""Manage: managers' hours go to the four routines, which align, coach and observe their reps, and wear on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.agents.sales_manager import decide_routines
from sim.decisions.routines import Routines
from sim.quantity import retention_of_half_life
from sim.rng import Decision
from sim.solvers.doses import combine, dose_effect
from sim.solvers.form_loop import next_use
from sim.state import ManagerUse, MarketState

Floats = NDArray[np.floating]


def manage(state: MarketState) -> None:
    """Spend the managers' hours, then let the routines work on the reps."""
    _spend_hours(state)
    hours = {
        name: getattr(state.managers, name)[state.reps.team]
        for name in ("meeting_hours", "form_hours", "checking_hours", "visit_hours", "review_hours", "training_hours")
    }
    _align(state, hours["meeting_hours"], hours["visit_hours"])
    _teach(state, hours["visit_hours"], hours["review_hours"], hours["training_hours"])
    _keep_forms(state, hours["checking_hours"])
    _wear(state, hours["meeting_hours"] + hours["form_hours"])


def _spend_hours(state: MarketState) -> None:
    """Take the answer, cut it to the hours that reps and managers have, and book the managers' hours."""
    numbers, managers = state.params.management, state.managers
    answer = _within_a_reps_week(state, decide_routines(state))
    span = np.bincount(state.reps.team[state.reps.active], minlength=len(managers))
    left = np.maximum(numbers.manager_hours - numbers.manager_administration, 0.0)
    meeting = np.minimum(answer.meeting_hours, left)
    checking = np.minimum(answer.form_checking, left - meeting)
    asked = span * (answer.visit_hours + answer.review_hours)
    granted = np.minimum(1.0, (left - meeting - checking) / np.where(asked > 0, asked, 1.0))
    managers.span[:] = span
    managers.meeting_hours[:] = meeting
    managers.checking_hours[:] = checking
    managers.visit_hours[:] = answer.visit_hours * granted
    managers.review_hours[:] = answer.review_hours * granted
    managers.form_hours[:] = answer.form_hours
    managers.training_hours[:] = answer.training_hours
    book, week = state.manager_hours, state.week
    book.grant(week, numbers.manager_hours)
    spent = {
        ManagerUse.ADMINISTRATION: np.full(len(managers), min(numbers.manager_administration, numbers.manager_hours)),
        ManagerUse.MEETINGS: meeting,
        ManagerUse.CHECKING: checking,
        ManagerUse.VISITS: span * answer.visit_hours * granted,
        ManagerUse.TALKS: span * answer.review_hours * granted,
    }
    for use, hours in spent.items():
        book.spend(week, use, hours)
    book.spend(week, ManagerUse.SPARE, np.maximum(numbers.manager_hours - sum(spent.values()), 0.0))


def _within_a_reps_week(state: MarketState, answer: Routines) -> Routines:
    """The routines as far as a rep's week goes, in the order in which it is filled; forms for all offices together."""
    hours = state.params.hours
    left = np.full(len(state.managers), max(hours.contract * (1.0 - hours.absence) - hours.administration, 0.0))
    wishes = {
        "meeting_hours": answer.meeting_hours,
        "form_hours": answer.form_hours * _offices(state),
        "review_hours": answer.review_hours,
        "training_hours": answer.training_hours,
    }
    held: dict[str, Floats] = {}
    for name, wish in wishes.items():
        held[name] = np.minimum(wish, left)
        left = left - held[name]
    return replace(answer, **held)


def _offices(state: MarketState) -> Floats:
    """Sets of forms that each team fills in [M]."""
    gateway = state.today.gateway
    if gateway is None:
        return np.ones(len(state.managers))
    offices: Floats = gateway.offices[state.managers.territory]
    return offices


def _align(state: MarketState, meetings: Floats, visits: Floats) -> None:
    """Alignment with the plan follows meetings and field visits."""
    numbers, reps = state.params.management, state.reps
    by_meetings = dose_effect(numbers.meeting_effect, meetings, numbers.meeting_half)
    by_visits = dose_effect(numbers.visit_effect, visits, numbers.visit_half)
    start = state.params.calls.compliance_start
    target = 1.0 - (1.0 - start) * (1.0 - by_meetings) * (1.0 - by_visits)
    reps.alignment[:] += numbers.alignment_speed * (target - reps.alignment)
    reps.observed[:] = dose_effect(1.0, visits, numbers.observation_half)


def _teach(state: MarketState, visits: Floats, talks: Floats, training: Floats) -> None:
    """Coaching in the field, review talks and training become skill, and are forgotten again."""
    numbers, reps = state.params.management, state.reps
    keep = np.float32(retention_of_half_life(numbers.decay_half_life))
    reps.coached[:] = reps.coached * keep + visits
    reps.trained[:] = reps.trained * keep + training
    due = reps.active & ((state.week + reps.key) % numbers.review_every == numbers.review_every - 1)
    draws = state.luck(Decision.FEEDBACK).normal(reps.key, reps.hires)
    dose = np.minimum(talks * numbers.review_every / numbers.review_hours_full, 1.0)
    effect = (numbers.feedback_mean + numbers.feedback_spread * draws) * dose
    reps.feedback[:] = reps.feedback * keep + np.where(due, effect * (1.0 - keep**numbers.review_every), 0.0)
    learnt = combine(
        [
            dose_effect(numbers.coaching_d, reps.coached, numbers.coaching_half),
            dose_effect(numbers.training_d, reps.trained, numbers.training_half),
        ],
        numbers.ceiling,
    )
    reps.skill[:] = reps.ability + learnt + reps.feedback


def _keep_forms(state: MarketState, checking: Floats) -> None:
    """Forms that managers read get filled; those that nobody reads die."""
    numbers, reps = state.params.forms, state.reps
    enforcement = dose_effect(numbers.enforcement, checking, numbers.checking_half)
    reps.form_use[:] = next_use(reps.form_use, enforcement, numbers.steepness, numbers.threshold, numbers.speed)


def _wear(state: MarketState, overhead: Floats) -> None:
    """Meetings and forms beyond the usual, and being watched, cost motivation."""
    numbers, reps = state.params.management, state.reps
    excess = np.maximum(overhead - numbers.meeting_reference, 0.0)
    worn = numbers.overhead_on_motivation * excess + numbers.observation_on_motivation * reps.observed
    reps.motivation[:] = np.maximum(reps.zeal - worn, 0.0)
