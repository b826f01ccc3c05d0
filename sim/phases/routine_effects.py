"""What routines do to reps: they align, coach, teach, spread know-how, keep forms alive, steady and wear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.practice import Practised, practised
from sim.phases.labour_market import attainment
from sim.quantity import retention_of_half_life
from sim.questions.routines import Routines
from sim.rng import Decision
from sim.solvers.control import goal_effect, seen_share, wear_of_control
from sim.solvers.doses import after_talk, combine, dose_effect
from sim.solvers.feedback import coaching_worth, crowding, reactance, talk_effect, weeks_between_talks
from sim.solvers.form_loop import next_use
from sim.solvers.know_how import after_exchange, best_of_teams
from sim.solvers.motives import HYGIENE, need_met, style_match
from sim.state import MarketState

Floats = NDArray[np.floating]


def let_routines_work(state: MarketState, held: Routines) -> None:
    """Effects of this week's routines, whose hours each rep has by now; ``held`` [R] says what was asked apart from hours.

    Hours that a team has not learnt yet teach and align in part; they are seen and felt, and wear, in full.
    """
    works = practised(state, held)
    _align(state, works)
    _teach(state, held, works)
    _mature(state)
    _keep_forms(state, works)
    _cheer(state)
    _wear(state)


def _by_kind(meetings: Floats, weights: tuple[float, ...]) -> Floats:
    """Hours of this week's ``meetings`` [R, kinds] weighed by kind [R]."""
    hours: Floats = (meetings * np.array(weights, dtype=np.float32)).sum(axis=1)
    return hours


def _align(state: MarketState, works: Practised) -> None:
    """Alignment with the plan follows meetings, field visits and checks; visits and checks see the work."""
    numbers, reps = state.params.management, state.reps
    meetings = _by_kind(works.meetings, state.params.meetings.alignment)
    by_meetings = dose_effect(numbers.meeting_effect, meetings, numbers.meeting_half)
    by_visits = dose_effect(numbers.visit_effect, works.visits, numbers.visit_half)
    by_checks = dose_effect(state.params.control.check_effect, works.checks, state.params.control.check_half)
    start = state.params.calls.compliance_start
    target = 1.0 - (1.0 - start) * (1.0 - by_meetings) * (1.0 - by_visits) * (1.0 - by_checks)
    reps.alignment[:] += numbers.alignment_speed * (target - reps.alignment)
    reps.observed[:] = seen_share(
        reps.visit_hours / numbers.observation_half + reps.checks / state.params.control.check_half
    )


def _teach(state: MarketState, held: Routines, works: Practised) -> None:
    """Coaching in the field, review talks, training and colleagues become skill, and are forgotten again."""
    numbers, learning, reps = state.params.management, state.params.learning, state.reps
    keep = np.float32(retention_of_half_life(numbers.decay_half_life))
    worth = coaching_worth(state.managers.leadership[reps.team], state.params.feedback.manager_on_coaching)
    reps.coached[:] = reps.coached * keep + worth * works.visits
    reps.trained[:] = reps.trained * keep + works.training
    reps.inducted[:] = reps.inducted * keep + works.induction
    reps.drilled[:] = reps.drilled * keep + works.on_the_job
    _talk(state, held, works, keep)
    learnt = combine(
        [
            dose_effect(numbers.coaching_d, reps.coached, numbers.coaching_half),
            dose_effect(numbers.training_d, reps.trained, numbers.training_half),
            dose_effect(learning.induction_d, reps.inducted, learning.induction_half),
            dose_effect(learning.on_the_job_d, reps.drilled, learning.on_the_job_half),
        ],
        numbers.ceiling,
    )
    own = reps.ability + learnt
    _exchange(state, held, works, own)
    reps.skill[:] = own + reps.feedback + reps.know_how


def _talk(state: MarketState, held: Routines, works: Practised, keep: np.float32) -> None:
    """Review talks that are due, with the goals that are agreed in them; a full talk is fair to the person."""
    numbers, how, reps = state.params.management, state.params.feedback, state.reps
    interval = _weeks_between_talks(state)
    due = reps.active & ((state.week + reps.key) % interval == interval - np.uint64(1))
    dose = np.minimum(works.talks * interval.astype(np.float32) / numbers.review_hours_full, 1.0)
    dose = np.where(due, dose, 0.0)
    reps.feedback[:] *= keep
    reps.fairness[:] *= keep
    if how.fatigue > 0:
        reps.talked[:] *= np.float32(retention_of_half_life(how.talk_memory))
    if not dose.any():
        return
    draws = state.luck(Decision.FEEDBACK).normal(reps.key, reps.hires)
    goal = goal_effect(held.goal, state.params.control.goal_d, state.params.control.goal_reach)
    leader = state.managers.leadership[reps.team].astype(np.float64)
    talk = talk_effect(numbers.feedback_mean, numbers.feedback_spread, how.manager_share, leader, draws) + goal
    if how.fatigue > 0:
        talk = talk - how.fatigue * crowding(reps.talked, how.talk_memory, numbers.review_every)
        reps.talked[:] += dose
    reps.feedback[:] = after_talk(reps.feedback, talk, dose)
    reps.fairness[:] = after_talk(reps.fairness, np.ones(len(reps)), dose)


def _weeks_between_talks(state: MarketState) -> NDArray[np.uint64]:
    """Weeks between the talks of each rep [R]: a fixed number, or as many as full talks take where frequency matters."""
    numbers, hours = state.params.management, state.reps.review_hours
    if state.params.feedback.fatigue == 0:
        return np.full(len(hours), numbers.review_every, np.uint64)
    return weeks_between_talks(hours, numbers.review_hours_full, numbers.review_every).astype(np.uint64)


def _exchange(state: MarketState, held: Routines, works: Practised, own: Floats) -> None:
    """Members of a team learn from its best third in structured meetings; know-how that is not renewed is lost."""
    learning, reps = state.params.learning, state.reps
    hours = held.structured * _by_kind(works.meetings, state.params.meetings.know_how)
    keep = np.float32(retention_of_half_life(learning.know_how_half_life))
    reps.know_how[:] *= keep
    if hours.any():
        best = best_of_teams(own, reps.team, reps.active, len(state.managers), learning.know_how_one_of)[reps.team]
        dose = dose_effect(1.0, hours, learning.know_how_half)
        reps.know_how[:] = after_exchange(reps.know_how, best - own, dose, learning.know_how_transfer)


def _mature(state: MarketState) -> None:
    """Amateurs become professionals with the years, sooner when they are coached."""
    learning, numbers, reps = state.params.learning, state.params.management, state.reps
    coached = dose_effect(1.0, reps.coached, numbers.coaching_half)
    speed = reps.active * (1.0 + learning.maturity_coached * coached) / learning.maturity_time
    reps.maturity[:] += np.minimum(speed, 1.0) * (1.0 - reps.maturity)


def _keep_forms(state: MarketState, works: Practised) -> None:
    """Forms that managers read, or check in the field, get filled; those that no one reads die out."""
    numbers, reps = state.params.forms, state.reps
    checked = works.checking + state.params.control.visit_check * works.visits
    enforcement = dose_effect(numbers.enforcement, checked, numbers.checking_half)
    reps.form_use[:] = next_use(reps.form_use, enforcement, numbers.steepness, numbers.threshold, numbers.speed)


def _cheer(state: MarketState) -> None:
    """Morale: what recent meetings have added or taken."""
    numbers, reps = state.params.meetings, state.reps
    keep = np.float32(retention_of_half_life(numbers.morale_half_life))
    reps.morale[:] = reps.morale * keep + _by_kind(reps.meetings, numbers.morale)


def _wear(state: MarketState) -> None:
    """Meetings and forms beyond the usual cost motivation, and being watched costs the mature; morale and fairness add."""
    numbers, control, reps = state.params.management, state.params.control, state.reps
    excess = np.maximum(reps.meeting_hours + reps.form_hours - numbers.meeting_reference, 0.0)
    kappa = wear_of_control(
        numbers.observation_on_motivation, control.maturity_slope, reps.maturity, control.maturity_reference
    )
    worn = numbers.overhead_on_motivation * excess + kappa * reps.observed + _resented(state)
    added = state.params.meetings.morale_effect * np.tanh(reps.morale) + control.fairness_on_motivation * reps.fairness
    reps.motivation[:] = np.maximum(reps.zeal - worn + added + _moved(state), 0.0)


def _resented(state: MarketState) -> Floats:
    """Motivation that talks and visits take from those who need none, and give to those who do [R]."""
    how, control, reps = state.params.feedback, state.params.control, state.reps
    attention = seen_share((reps.review_hours + reps.visit_hours) / how.reactance_half)
    return reactance(how.reactance, reps.maturity, control.maturity_reference, attention)


def _moved(state: MarketState) -> Floats:
    """Motivation that style and needs add or take [R]; a need for security or belonging that is not met pushes out."""
    numbers, reps = state.params.motives, state.reps
    if numbers.style_on_motivation == numbers.needs_on_motivation == numbers.needs_on_quits == 0:
        return np.zeros(len(reps))
    learning = reps.coached + reps.trained + reps.inducted + reps.drilled
    met = need_met(
        reps.need,
        security=1.0 - reps.variable_share,
        belonging=dose_effect(1.0, reps.meeting_hours, state.params.management.meeting_half),
        esteem=attainment(state) / numbers.esteem_at,
        growth=dose_effect(1.0, learning, state.params.management.training_half),
    )
    hygiene = reps.need < HYGIENE
    reps.lack[:] = numbers.needs_on_quits * np.where(hygiene, np.maximum(numbers.usual - met, 0.0), 0.0)
    driven = np.where(hygiene, 0.0, met - numbers.usual)
    match = style_match(state.managers.style[reps.team], reps.style)
    moved: Floats = numbers.style_on_motivation * match + numbers.needs_on_motivation * driven
    return moved
