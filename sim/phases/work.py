"""Work: reps fill their hours, visit accounts and report what they saw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.sales_rep import SalesRep
from sim.derived.accounts import served
from sim.derived.call_hours import hours_per_call, hours_per_visit
from sim.derived.call_lengths import calls_differ
from sim.derived.expected_purchases import expected_purchases
from sim.kernels.call_rounds import divide_calls
from sim.phases.call_time import call_by_hours, calls_within_hours, hours_of_visits
from sim.phases.joint_training import train_with_engineers
from sim.phases.projects import attend, pursue
from sim.phases.reporting_line import arrives, by_delay, levels_passed
from sim.phases.selling_managers import join_calls
from sim.phases.spread import visits_of_week
from sim.questions.gateway import LEVELS
from sim.rng import Decision, stream
from sim.solvers.openness import error_of_report
from sim.state import Ints, MarketState, Report, Use
from sim.state.table import columns_of
from sim.state.today import Worked
from sim.views import RepSeen

#: Columns that the phase reads and does not write.
READS = (
    *columns_of("customers", "key type territory marks purchase_rate order_size relationship last_order"),
    *columns_of(
        "reps",
        "key territory team active tenure motivation alignment form_use observed meeting_hours "
        "form_hours question_hours visit_hours review_hours training_hours variable_share checks",
    ),
    *columns_of("managers", "calls"),
    *columns_of("knowledge", "value potential label rep norm"),
    *columns_of("diary", "bought ordered"),
    *columns_of("projects", "customer number opened stage_end guess"),
)
#: Columns that the phase may write, and read.
WRITES = (
    *columns_of("customers", "pitch"),
    *columns_of("reps", "effort field_hours calls carry reported_calls product_trained"),
    *columns_of("diary", "due visits met"),
    *columns_of("projects", "attention carried"),
)


#: Purchases from us, purchases from anyone, orders: each with a draw of its own in a report.
_THINGS_REPORTED = np.array([[0], [1], [2]])


#: Measures of reports: those written, those that each level lost, those that got through all of them.
_REPORTS = ("reports_written", *(f"reports_lost_{level}" for level in LEVELS), "reports_arriving")


def work(state: MarketState) -> None:
    """One week in the field."""
    state.diary.visits[:] = 0
    _plan_hours(state)
    seen = SalesRep.see(state)
    state.reps.effort[:] = SalesRep.decide_effort(state, seen)
    share = pursue(state, seen, SalesRep.decide_calls(state, seen))
    visited = _visit(state, seen, share)
    joint = join_calls(state, seen)
    visits = visits_of_week(state, visited, joint)
    attend(state, visits)
    _book_field_hours(state)
    _record_calls(state, seen, share)
    _report(state, visited)
    state.today.worked = Worked(visited, visits, joint)


def _plan_hours(state: MarketState) -> None:
    """What meetings, forms, talks, training, the office and distributors leave for calls on customers."""
    hours, reps, book = state.params.hours, state.reps, state.books.hours
    there = reps.active.astype(np.float64)
    left = there * hours.contract
    book.grant(state.week, left)
    wishes = (
        (Use.ABSENCE, hours.contract * hours.absence * there),
        (Use.ADMINISTRATION, hours.administration * there),
        (Use.MEETINGS, reps.meeting_hours),
        (Use.FORMS, reps.form_hours),
        (Use.TALKS, reps.review_hours),
        (Use.TRAINING, reps.training_hours),
        (Use.CONTROL, _hours_with_who_controls(state)),
        (Use.DISTRIBUTORS, _hours_for_distributors(state)),
    )
    book.spend_in_turn(state.week, wishes, left)
    shown = left * (state.params.control.rep_time * reps.observed)
    book.spend(state.week, Use.CONTROL, shown)
    left -= shown
    reps.field_hours[:] = left - train_with_engineers(state, left)


def _hours_with_who_controls(state: MarketState) -> NDArray[np.floating]:
    """Hours of each rep in checks, and in field visits apart from calls [R]: a manager's time with a rep is the rep's too."""
    control, reps = state.params.control, state.reps
    hours: NDArray[np.floating] = control.check_hours * reps.checks + control.visit_talk * reps.visit_hours
    return hours * reps.active


def _hours_for_distributors(state: MarketState) -> NDArray[np.floating]:
    """Hours that the plan asks of each rep for distributors [R]; none for a vacant position."""
    return state.today.decided.distributor_hours * state.reps.active


def _count_calls(state: MarketState, seen: RepSeen) -> NDArray[np.int64]:
    """Whole calls by rep: field hours × effort / hours per call, the begun call carried over."""
    reps = state.reps
    has_accounts = np.bincount(seen.account_rep, minlength=len(reps)) > 0
    possible = np.where(has_accounts, reps.field_hours * reps.effort / hours_per_call(state), 0.0)
    wished = possible + reps.carry
    # A call carried over from last week may not break this week's hours, nor be made once all accounts are lost.
    most = np.where(has_accounts, np.floor(reps.field_hours / hours_per_call(state)), 0.0)
    calls: NDArray[np.int64] = np.minimum(np.floor(wished), most).astype(np.int64)
    reps.carry[:] = np.clip(wished - calls, 0.0, 1.0)
    reps.calls[:] = calls
    return calls


def _call_in_turn(state: MarketState, seen: RepSeen, share: NDArray[np.float64]) -> NDArray[np.int64]:
    """Calls on each account [A] where all calls are alike: as many as the hours are good for, divided by ``share`` [A]."""
    accounts, calls = served(state), _count_calls(state, seen)
    due = state.diary.due[accounts] + share * calls[seen.account_rep]
    tickets = stream(state.seed, Decision.CALL_TIES, state.week)
    visits = divide_calls(due, seen.account_rep, seen.account_key, calls, tickets)
    state.diary.due[accounts] = due - visits
    return visits


def _visit(state: MarketState, seen: RepSeen, share: NDArray[np.float64]) -> Ints:
    """Make every rep's calls: each goes to the account that is owed most by the rep's own division of calls.

    Returns the rows of the customers who got a call.
    """
    accounts = served(state)
    visits = (call_by_hours if calls_differ(state) else _call_in_turn)(state, seen, share)
    state.diary.visits[accounts] = visits
    visited = accounts[visits > 0]
    state.diary.met[visited] = True
    _stress(state, visited)
    return visited


def _stress(state: MarketState, visited: Ints) -> None:
    """The customers in ``visited`` hear what is stressed in their segment; the latest call stays in mind."""
    messages, pitch = state.headquarters.messages, state.customers.writable("pitch")
    if pitch.shape[1] and len(messages):
        pitch[visited, 0] = messages[state.knowledge.label[visited]]


def _book_field_hours(state: MarketState) -> None:
    """Hours with accounts and on the road; headquarters counts the calls that were made by their length, from travel claims."""
    reps, hours, book = state.reps, state.params.hours, state.books.hours
    travel, usual = reps.calls * (hours_per_visit(state) - hours.selling_per_call), reps.calls.astype(np.float64)
    asking = reps.question_hours.astype(np.float64) * reps.calls
    selling = reps.calls * hours.selling_per_call
    if calls_differ(state):
        selling = hours_of_visits(state)
        usual = (selling + travel + asking) / hours_per_call(state)
    weight = state.params.calls.workload_smoothing
    reported = (1 - weight) * reps.reported_calls + weight * usual
    reps.reported_calls[:] = np.where(reps.active, reported, reps.reported_calls)
    book.spend(state.week, Use.SELLING, selling)
    book.spend(state.week, Use.TRAVEL, travel)
    book.spend(state.week, Use.QUESTIONS, asking)
    book.spend(state.week, Use.IDLE, np.maximum(reps.field_hours - selling - travel - asking, 0.0))


def _record_calls(state: MarketState, seen: RepSeen, share: NDArray[np.float64]) -> None:
    """Calls made, calls that the plan asks for within the hours, and those that were made where it says.

    Of these, as many agree with the plan as the rep's division of calls overlaps with the plan's. Headquarters counts
    calls by travel claims. It learns from forms which customers they went to; forms that no one uses repeat the plan,
    unless the manager was there to see.
    """
    reps, teams = state.reps, len(state.managers)
    norm = np.bincount(seen.account_rep, weights=seen.account_norm, minlength=len(reps))
    of_plan = seen.account_norm / np.where(norm > 0, norm, 1.0)[seen.account_rep]
    overlap = np.bincount(seen.account_rep, weights=np.minimum(of_plan, share), minlength=len(reps))
    planned = np.minimum(norm, reps.field_hours / hours_per_call(state))
    if calls_differ(state):
        planned = calls_within_hours(state, seen)
    made = np.minimum(reps.calls, planned)
    known = reps.form_use + (1.0 - reps.form_use) * state.params.control.found * reps.observed
    per_team = {
        "calls": reps.calls,
        "calls_planned": planned,
        "calls_on_plan": made * overlap,
        "calls_reported_on_plan": made * (1.0 - known * (1.0 - overlap)),
    }
    for name, values in per_team.items():
        state.record.put(state.week, name, np.bincount(reps.team, weights=values, minlength=teams))


def _report(state: MarketState, rows: Ints) -> None:
    """Reps write up the accounts they visited; reports are as complete and true as their use of forms, and may get lost."""
    gateway = state.today.decided.gateway
    if len(rows) == 0:
        return
    reps, home = state.reps, state.customers.territory[rows]
    writer = state.knowledge.rep[rows]
    keys = state.customers.key[rows]
    hours = reps.form_hours[writer] / gateway.offices[reps.territory[writer]]
    full = np.minimum(hours / state.params.forms.hours_full, 1.0)
    written = state.luck(Decision.FORM).uniform(keys) < reps.form_use[writer] * full
    reached = levels_passed(state, gateway, rows)
    arriving = written & arrives(reached)
    spread = np.hypot(state.params.forms.untruth * (1.0 - reps.form_use[writer]), gateway.contradiction[home])
    for weeks, sent in by_delay(state, gateway, rows, arriving):
        state.mail.reports.append(_write_report(state, rows[sent], spread[sent], weeks))
    _record_reports(state, home[written], reached[written])


def _record_reports(state: MarketState, home: NDArray[np.integer], reached: NDArray[np.integer]) -> None:
    """Reports written in each territory, and those that each level lost."""
    shape = (len(state.layout.territories), len(LEVELS) + 1)
    by_level = np.bincount(np.ravel_multi_index((home, reached), shape), minlength=shape[0] * shape[1]).reshape(shape)
    state.record.put_all(state.week, _REPORTS, np.vstack((by_level.sum(axis=1), by_level.T)))


def _write_report(state: MarketState, rows: NDArray[np.integer], spread: NDArray[np.floating], delay: int) -> Report:
    """What the reps have to say of the customers in ``rows``, with log error ``spread`` on all they say of purchases."""
    database, noise = state.params.database, state.luck(Decision.REPORT)
    keys = state.customers.key[rows]
    marks = state.customers.marks[rows]
    error = state.luck(Decision.MEASUREMENT).normal(keys[:, None], np.arange(marks.shape[1])[None, :])
    expected = expected_purchases(state, rows)
    of_potential, of_marks = _openness(state, rows, expected)
    of_bought, of_guess, of_ordered = noise.normal(keys, _THINGS_REPORTED)
    potential = expected * np.exp(np.hypot(of_potential, spread) * of_guess)
    return Report(
        arrives=state.week + delay,
        week=state.week,
        rows=rows,
        value=(state.diary.bought[rows] * np.exp(spread * of_bought)).astype(np.float32),
        orders=(state.diary.ordered[rows] * np.exp(spread * of_ordered)).astype(np.float32),
        last_order=state.customers.last_order[rows],
        potential=potential.astype(np.float32),
        marks=(marks + of_marks * state.numbers.mark_spread * error).astype(np.float32),
        doubt=_admitted(len(rows), of_potential, of_marks) if database.smoothing == "precision" else None,
    )


def _openness(
    state: MarketState, rows: NDArray[np.integer], expected: NDArray[np.floating]
) -> tuple[NDArray[np.floating] | float, NDArray[np.floating] | float]:
    """Errors of what reps find out of potential (log sd) [rows] and marks (sd of mark) [rows, 1]; one number for all where none is a stranger.

    A customer opens up by what part of its ``expected`` purchases [rows] is ours, and by the hours of questions.
    """
    database = state.params.database
    if database.stranger_error == 0 and database.stranger_mark_error == 0:
        return database.potential_error, database.mark_error_of_call
    ours = np.divide(state.diary.bought[rows], expected, out=np.zeros(len(rows)), where=expected > 0)
    hours, half = state.reps.question_hours[state.knowledge.rep[rows]], database.question_half
    potential = error_of_report(database.potential_error, database.stranger_error, ours, hours, half)
    marks = error_of_report(database.mark_error_of_call, database.stranger_mark_error, ours, hours, half)
    return potential, marks[:, None]


def _admitted(
    rows: int, potential: NDArray[np.floating] | float, marks: NDArray[np.floating] | float
) -> NDArray[np.floating]:
    """What reps say themselves of the errors of their reports [rows, 2]."""
    doubt = np.empty((rows, 2))
    doubt[:, 0], doubt[:, 1:] = potential, marks
    return doubt
