"""Field problems: how failures reach the designers, what they understand of them, and what they believe of their design."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.questions.technical import Technical
from sim.rng import Decision
from sim.solvers.reliability import fit_growth
from sim.state import MarketState
from sim.state.upkeep import Jobs, Message, Problems, among, distinct

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Ways of a problem, part of the index of the draw: written up by the engineer, reported by the rep, understood.
_BY_ENGINEER, _BY_REP, _UNDERSTOOD = 0, 8, 16
_REPORTED = np.array([[_BY_ENGINEER], [_BY_REP]])


def report_problems(state: MarketState, technical: Technical, repairs: Jobs) -> None:
    """Send problems on their way: engineers write up the ``repairs`` they made, reps what they hear of on their visits.

    Each problem is reported once; one that is not reported while it is fresh, or until it is repaired, is lost for the
    designers.
    """
    upkeep = state.upkeep
    problems = upkeep.problems
    if not len(problems):
        return
    home = state.customers.territory[problems.customer]
    luck = _luck(state, problems, _REPORTED)
    written = among(problems.event, repairs.event) & (luck[0] < technical.report_share[home])
    fresh = state.week - problems.since < state.params.technical.tellable
    by_rep = _reported_by_rep(state, problems, fresh & ~written, luck[1])
    delay = technical.delay[home].astype(np.int64)
    _send(state, problems, written, delay)
    line = np.maximum(state.today.decided.gateway.weeks[home], 1)
    _send(state, problems, by_rep, delay + line)
    waits = among(problems.event, upkeep.jobs.event)
    upkeep.problems = problems.taken((fresh | waits) & ~written & ~by_rep)


def _luck(state: MarketState, problems: Problems, way: Ints | int) -> Floats:
    # Their age distinguishes two open problems of one item.
    keys, index = state.customers.key[problems.customer], 32 * (state.week - problems.since) + problems.category + way
    return state.luck(Decision.FAILURE_REPORTED).uniform(keys, index)


def _reported_by_rep(state: MarketState, problems: Problems, open_: Flags, luck: Floats) -> Flags:
    """Which of the ``open_`` problems reps hear of and report, as far as they use their forms and these do not get lost."""
    gateway, reps = state.today.decided.gateway, state.reps
    reported = np.zeros(len(problems), np.bool_)
    rows = (open_ & (state.diary.visits[problems.customer] > 0)).nonzero()[0]
    if not len(rows):
        return reported
    customer = problems.customer[rows]
    writer, home = state.knowledge.rep[customer], state.customers.territory[customer]
    hours = reps.form_hours[writer] / gateway.offices[home]
    full = np.minimum(hours / state.params.forms.hours_full, 1.0)
    reported[rows] = luck[rows] < reps.form_use[writer] * full * (1.0 - gateway.lost[home])
    return reported


def _send(state: MarketState, problems: Problems, which: Flags, delay: NDArray[np.int64]) -> None:
    if not np.logical_or.reduce(which):
        return
    for weeks in distinct(delay[which])[0].tolist():
        sent = problems.taken(which & (delay == weeks))
        state.upkeep.messages.append(Message(state.week + weeks, sent))


def learn(state: MarketState, ran: float, analysis: Floats) -> None:
    """Take in the reports that arrive: what is understood improves the design, what is counted makes the belief.

    ``ran`` are the hours that the fleet ran this week.
    """
    upkeep, row = state.upkeep, state.upkeep.technical
    news = Problems.none()
    if upkeep.messages:
        for message in upkeep.messages:
            news = news.joined(message.problems) if message.arrives <= state.week else news
        upkeep.messages = [message for message in upkeep.messages if message.arrives > state.week]
    if len(news) and np.isnan(row.watched_from[0]):
        row.watched_from[:] = row.fleet_hours
    row.fleet_hours[:] += ran
    if len(news):
        _take_in(state, news, ran, analysis)
    _believe(state)


def _take_in(state: MarketState, news: Problems, ran: float, analysis: Floats) -> None:
    """Count the reported problems ``news`` and learn from those that are understood."""
    row, territory = state.upkeep.technical, state.customers.territory
    understood = _understand(state, news, analysis)
    row.learnt_hours[:] += news.hours[understood].sum()
    row.reports[:] += len(news)
    # A week's reports are spread evenly over its hours.
    place = row.fleet_hours[0] - ran * (1.0 - (np.arange(len(news)) + 0.5) / len(news))
    row.log_hours[:] += np.log(place).sum()
    for name, customer in (("problems_reported", news.customer), ("problems_understood", news.customer[understood])):
        count = np.bincount(territory[customer], minlength=len(analysis))
        state.record.put(state.week, name, count.astype(np.float64))


def _understand(state: MarketState, news: Problems, analysis: Floats) -> Flags:
    """Which of the reported problems are understood: some on paper, of the rest the more, the more hours each is given."""
    numbers = state.params.technical
    territory = state.customers.territory[news.customer]
    reports = np.bincount(territory, minlength=len(analysis))
    each = analysis / np.maximum(reports, 1)
    share = numbers.understood_alone + (1.0 - numbers.understood_alone) * -np.expm1(-each / numbers.analysis_half)
    understood: Flags = _luck(state, news, _UNDERSTOOD) < share[territory]
    return understood


def _believe(state: MarketState) -> None:
    """The department estimates its design from the reports it got, as if they were all failures there were."""
    row, numbers = state.upkeep.technical, state.params.technical
    if state.week % numbers.review_every == 0 and row.reports[0] >= numbers.least_reports:
        shape, mtbf = fit_growth(row.reports, row.log_hours, row.watched_from, row.fleet_hours)
        row.believed_shape[:], row.believed_mtbf[:] = shape, mtbf
    state.record.put(state.week, "believed_mtbf", float(row.believed_mtbf[0]))
