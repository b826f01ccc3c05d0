"""Manage: managers' hours go to applicants, routines, reading and selling; then the routines work on the reps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.agents.sales_manager import SalesManager
from sim.derived.managers_time import reading_hours
from sim.kernels.books import fill_in_turn
from sim.kernels.tally import sum_lines
from sim.phases.practice import hours_before_a_change, practise
from sim.phases.routine_effects import let_routines_work
from sim.phases.selling_managers import hours_for_selling
from sim.questions.routines import Routines
from sim.state import ManagerUse, MarketState
from sim.state.table import columns_of

Floats = NDArray[np.floating]

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("reps", "key territory team active tenure hires ability zeal variable_share sales style need"),
    *columns_of("managers", "key territory style leadership"),
    *columns_of("distributors", "territory shares_data"),
    *columns_of("knowledge", "rep"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of(
        "reps",
        "motivation coached trained feedback skill alignment form_use observed meeting_hours "
        "form_hours question_hours checking_hours visit_hours review_hours training_hours maturity meetings checks "
        "on_the_job_hours training_fee inducted drilled know_how fairness morale lack talked mastered",
    ),
    *columns_of(
        "managers",
        "span meeting_hours checking_hours visit_hours review_hours interviews interview_hours "
        "control_hours on_the_job_hours calls carry",
    ),
)

#: What managers' hours go to before they sell, in the order in which it is summed up.
SPENT_BEFORE_SELLING = np.array(
    (
        ManagerUse.ADMINISTRATION,
        ManagerUse.MEETINGS,
        ManagerUse.CHECKING,
        ManagerUse.VISITS,
        ManagerUse.TALKS,
        ManagerUse.INTERVIEWS,
        ManagerUse.CONTROL,
        ManagerUse.TRAINING,
        ManagerUse.READING,
    )
)


def manage(state: MarketState) -> None:
    """Spend the managers' hours, then let the routines work on the reps."""
    asked = _within_a_reps_week(state, SalesManager.decide_routines(state))
    before = hours_before_a_change(state)
    reading = _hold_routines(state, asked)
    _book_managers_hours(state, reading)
    practise(state, before)
    let_routines_work(state, asked)


def _hold_routines(state: MarketState, asked: Routines) -> Floats:
    """Cut what is asked to the hours that managers have, and give the hours to each rep.

    A manager keeps appointments with applicants, reads what headquarters and systems send, holds the longest meeting
    of the team, and reads each rep's forms as the rule of the rep's territory says for a whole team: checking is the
    mean over the team. Visits, talks, training on the job and unannounced checks get what is left. Returns the hours
    of reading what was sent [M].
    """
    numbers, reps, team = state.params.management, state.reps, state.reps.team
    span = np.bincount(team[reps.active], minlength=len(state.managers))
    left = np.full(len(span), max(numbers.manager_hours - numbers.manager_administration, 0.0))
    left = left - _see_applicants(state, left)
    reading = reading_hours(state, left)
    left = left - reading
    longest = np.zeros(len(span))
    wished = asked.meeting_hours
    np.maximum.at(longest, team, wished)
    meeting: Floats = np.minimum(longest, left)
    read = asked.form_checking / np.maximum(span, 1)[team]
    read = read * _part_granted(state, read, left - meeting)
    left = np.maximum(left - meeting - _by_team(state, read), 0.0)
    control = asked.checks * state.params.control.check_hours
    part = _part_granted(state, asked.visit_hours + asked.review_hours + asked.on_the_job_hours + control, left)
    reps.meeting_hours[:] = np.minimum(wished, meeting[team])
    reps.meetings[:] = asked.meetings * (reps.meeting_hours / np.where(wished > 0, wished, 1.0))[:, None]
    reps.checking_hours[:] = read
    reps.visit_hours[:] = asked.visit_hours * part
    reps.review_hours[:] = asked.review_hours * part
    reps.checks[:] = asked.checks * part
    reps.form_hours[:] = asked.form_hours
    reps.question_hours[:] = asked.question_hours
    reps.on_the_job_hours[:] = asked.on_the_job_hours * part
    reps.training_hours[:] = asked.training_hours + asked.induction_hours + reps.on_the_job_hours
    reps.training_fee[:] = (
        asked.training_hours * numbers.training_price + asked.induction_hours * state.params.learning.induction_price
    )
    state.managers.span[:] = span
    state.managers.meeting_hours[:] = meeting
    return reading


def _see_applicants(state: MarketState, left: Floats) -> Floats:
    """Hours [M] that managers give to interviews they owe, out of those ``left``; what does not fit waits a week."""
    managers = state.managers
    given: Floats = np.minimum(managers.interviews, left)
    managers.interview_hours[:] = given
    managers.interviews[:] = managers.interviews - given
    return given


def _by_team(state: MarketState, hours: Floats) -> Floats:
    """Hours of reps [R] summed over each team [M]."""
    return np.bincount(state.reps.team, weights=hours, minlength=len(state.managers)).astype(np.float64)


def _part_granted(state: MarketState, hours: Floats, left: Floats) -> Floats:
    """Part of the ``hours`` [R] asked of managers that they can give each rep [R] out of those ``left`` [M]."""
    asked = _by_team(state, hours)
    part: Floats = np.minimum(1.0, left / np.where(asked > 0, asked, 1.0))[state.reps.team]
    return part


def _book_managers_hours(state: MarketState, reading: Floats) -> None:
    """Managers' hours are the sum of what they give their reps, one meeting, and administration; of the rest they sell."""
    numbers, managers, book, week = state.params.management, state.managers, state.books.manager_hours, state.week
    _sum_up_for_managers(state)
    book.grant(week, numbers.manager_hours)
    spent = np.array(
        (
            np.full(len(managers), min(numbers.manager_administration, numbers.manager_hours)),
            managers.meeting_hours,
            managers.checking_hours,
            managers.visit_hours,
            managers.review_hours,
            managers.interview_hours,
            managers.control_hours,
            managers.on_the_job_hours,
            reading,
        )
    )
    book.spend_each(week, SPENT_BEFORE_SELLING, spent)
    left = np.maximum(numbers.manager_hours - np.add.reduce(spent, axis=0), 0.0)
    selling = hours_for_selling(state, left)
    book.spend(week, ManagerUse.SELLING, selling)
    book.spend(week, ManagerUse.SPARE, left - selling)


def _sum_up_for_managers(state: MarketState) -> None:
    """What all reps of a team together get of their manager's hours, by what they are for."""
    reps, managers = state.reps, state.managers
    given = (
        (managers.checking_hours, reps.checking_hours),
        (managers.visit_hours, reps.visit_hours),
        (managers.review_hours, reps.review_hours),
        (managers.on_the_job_hours, reps.on_the_job_hours),
        (managers.control_hours, reps.checks * state.params.control.check_hours),
    )
    hours = np.array([of_reps for _, of_reps in given], dtype=np.float64)
    for (of_managers, _), total in zip(given, sum_lines(hours, reps.team, len(managers)), strict=True):
        of_managers[:] = total


def _within_a_reps_week(state: MarketState, answer: Routines) -> Routines:
    """The routines as far as a rep's week goes, in the order in which it is filled; forms for all offices together.

    Nobody holds routines with a vacant position; induction is for newcomers.
    """
    hours, here = state.params.hours, state.reps.active
    left = here.astype(np.float64) * max(hours.contract * (1.0 - hours.absence) - hours.administration, 0.0)
    fresh, wished = state.reps.tenure < state.params.learning.induction_weeks, answer.meeting_hours
    held: dict[str, Floats] = {
        "form_hours": answer.form_hours * _offices(state),
        "review_hours": answer.review_hours,
        "training_hours": answer.training_hours,
        "induction_hours": answer.induction_hours * fresh,
        "on_the_job_hours": answer.on_the_job_hours,
    }
    hours_of = np.array([wished, *held.values()], dtype=np.float64)
    fill_in_turn(hours_of, left)
    held |= zip(held, hours_of[1:], strict=True)
    part = hours_of[0] / np.where(wished > 0, wished, 1.0)
    return replace(
        answer,
        **held,
        meetings=answer.meetings * part[:, None],
        form_checking=answer.form_checking * here,
        visit_hours=answer.visit_hours * here,
        checks=answer.checks * here,
    )


def _offices(state: MarketState) -> NDArray[np.integer]:
    """Sets of forms that each rep fills in [R]: those of the offices that collect in its territory."""
    offices: NDArray[np.integer] = state.today.decided.gateway.offices[state.reps.territory]
    return offices
