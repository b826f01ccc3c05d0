"""Manage: managers' hours go to the four routines, which align, coach and observe their reps, and wear on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.agents.sales_manager import decide_routines
from sim.decisions.routines import Routines
from sim.quantity import retention_of_half_life
from sim.rng import Decision
from sim.solvers.doses import after_talk, combine, dose_effect
from sim.solvers.form_loop import next_use
from sim.state import ManagerUse, MarketState

Floats = NDArray[np.floating]


def manage(state: MarketState) -> None:
    """Spend the managers' hours, then let the routines work on the reps."""
    _hold_routines(state)
    _align(state)
    _teach(state)
    _keep_forms(state)
    _wear(state)


def _hold_routines(state: MarketState) -> None:
    """Take the answer, cut it to the hours that reps and managers have, and give the hours to each rep.

    A manager holds the longest meeting of the team, and reads each rep's forms as the rule of the rep's territory
    says for a whole team: checking is the mean over the team. Visits and talks get what is left.
    """
    numbers, reps, team = state.params.management, state.reps, state.reps.team
    asked = _within_a_reps_week(state, decide_routines(state))
    span = np.bincount(team[reps.active], minlength=len(state.managers))
    left = np.full(len(span), max(numbers.manager_hours - numbers.manager_administration, 0.0))
    longest = np.zeros(len(span))
    np.maximum.at(longest, team, asked.meeting_hours)
    meeting: Floats = np.minimum(longest, left)
    read = asked.form_checking / np.maximum(span, 1)[team]
    read = read * _part_granted(state, read, left - meeting)
    left = np.maximum(left - meeting - _by_team(state, read), 0.0)
    part = _part_granted(state, asked.visit_hours + asked.review_hours, left)
    reps.meeting_hours[:] = np.minimum(asked.meeting_hours, meeting[team])
    reps.checking_hours[:] = read
    reps.visit_hours[:] = asked.visit_hours * part
    reps.review_hours[:] = asked.review_hours * part
    reps.form_hours[:] = asked.form_hours
    reps.training_hours[:] = asked.training_hours
    state.managers.span[:] = span
    state.managers.meeting_hours[:] = meeting
    _book_managers_hours(state)


def _by_team(state: MarketState, hours: Floats) -> Floats:
    """Hours of reps [R] summed over each team [M]."""
    return np.bincount(state.reps.team, weights=hours, minlength=len(state.managers)).astype(np.float64)


def _part_granted(state: MarketState, hours: Floats, left: Floats) -> Floats:
    """Part of the ``hours`` [R] asked of managers that they can give each rep [R] out of those ``left`` [M]."""
    asked = _by_team(state, hours)
    part: Floats = np.minimum(1.0, left / np.where(asked > 0, asked, 1.0))[state.reps.team]
    return part


def _book_managers_hours(state: MarketState) -> None:
    """Managers' hours are the sum of what they give their reps, one meeting, and administration; the rest is spare."""
    numbers, managers, book, week = state.params.management, state.managers, state.manager_hours, state.week
    for name in ("checking_hours", "visit_hours", "review_hours"):
        getattr(managers, name)[:] = _by_team(state, getattr(state.reps, name))
    book.grant(week, numbers.manager_hours)
    spent = {
        ManagerUse.ADMINISTRATION: np.full(len(managers), min(numbers.manager_administration, numbers.manager_hours)),
        ManagerUse.MEETINGS: managers.meeting_hours,
        ManagerUse.CHECKING: managers.checking_hours,
        ManagerUse.VISITS: managers.visit_hours,
        ManagerUse.TALKS: managers.review_hours,
    }
    for use, hours in spent.items():
        book.spend(week, use, hours)
    book.spend(week, ManagerUse.SPARE, np.maximum(numbers.manager_hours - sum(spent.values()), 0.0))


def _within_a_reps_week(state: MarketState, answer: Routines) -> Routines:
    """The routines as far as a rep's week goes, in the order in which it is filled; forms for all offices together.

    Nobody holds routines with a vacant position.
    """
    hours, here = state.params.hours, state.reps.active
    left = here * max(hours.contract * (1.0 - hours.absence) - hours.administration, 0.0)
    wishes = {
        "meeting_hours": answer.meeting_hours,
        "form_hours": answer.form_hours * _offices(state),
        "review_hours": answer.review_hours,
        "training_hours": answer.training_hours,
    }
    held: dict[str, Floats] = {
        "form_checking": answer.form_checking * here,
        "visit_hours": answer.visit_hours * here,
    }
    for name, wish in wishes.items():
        held[name] = np.minimum(wish, left)
        left = left - held[name]
    return replace(answer, **held)


def _offices(state: MarketState) -> Floats:
    """Sets of forms that each rep fills in [R]: those of the offices that collect in its territory."""
    gateway = state.today.gateway
    if gateway is None:
        return np.ones(len(state.reps))
    offices: Floats = gateway.offices[state.reps.territory]
    return offices


def _align(state: MarketState) -> None:
    """Alignment with the plan follows meetings and field visits."""
    numbers, reps = state.params.management, state.reps
    by_meetings = dose_effect(numbers.meeting_effect, reps.meeting_hours, numbers.meeting_half)
    by_visits = dose_effect(numbers.visit_effect, reps.visit_hours, numbers.visit_half)
    start = state.params.calls.compliance_start
    target = 1.0 - (1.0 - start) * (1.0 - by_meetings) * (1.0 - by_visits)
    reps.alignment[:] += numbers.alignment_speed * (target - reps.alignment)
    reps.observed[:] = dose_effect(1.0, reps.visit_hours, numbers.observation_half)


def _teach(state: MarketState) -> None:
    """Coaching in the field, review talks and training become skill, and are forgotten again."""
    numbers, reps = state.params.management, state.reps
    keep = np.float32(retention_of_half_life(numbers.decay_half_life))
    reps.coached[:] = reps.coached * keep + reps.visit_hours
    reps.trained[:] = reps.trained * keep + reps.training_hours
    due = reps.active & ((state.week + reps.key) % numbers.review_every == numbers.review_every - 1)
    draws = state.luck(Decision.FEEDBACK).normal(reps.key, reps.hires)
    dose = np.minimum(reps.review_hours * numbers.review_every / numbers.review_hours_full, 1.0)
    talk = numbers.feedback_mean + numbers.feedback_spread * draws
    reps.feedback[:] = after_talk(reps.feedback * keep, talk, np.where(due, dose, 0.0))
    learnt = combine(
        [
            dose_effect(numbers.coaching_d, reps.coached, numbers.coaching_half),
            dose_effect(numbers.training_d, reps.trained, numbers.training_half),
        ],
        numbers.ceiling,
    )
    reps.skill[:] = reps.ability + learnt + reps.feedback


def _keep_forms(state: MarketState) -> None:
    """Forms that managers read get filled; those that nobody reads die."""
    numbers, reps = state.params.forms, state.reps
    enforcement = dose_effect(numbers.enforcement, reps.checking_hours, numbers.checking_half)
    reps.form_use[:] = next_use(reps.form_use, enforcement, numbers.steepness, numbers.threshold, numbers.speed)


def _wear(state: MarketState) -> None:
    """Meetings and forms beyond the usual, and being watched, cost motivation."""
    numbers, reps = state.params.management, state.reps
    excess = np.maximum(reps.meeting_hours + reps.form_hours - numbers.meeting_reference, 0.0)
    worn = numbers.overhead_on_motivation * excess + numbers.observation_on_motivation * reps.observed
    reps.motivation[:] = np.maximum(reps.zeal - worn, 0.0)
