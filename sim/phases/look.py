"""Look: what reached headquarters this week enters the customer database; records that are not confirmed grow old."""

from __future__ import annotations

import numpy as np

from sim.kernels.running_averages import fade_all
from sim.phases.customer_ledger import ask_for_ledger, has_news
from sim.phases.persuade import size_up
from sim.phases.set_up import sends_data
from sim.phases.weighed_reports import weigh_in
from sim.quantity import retention_of_half_life
from sim.solvers.smoothing import optimal_gain, smoothed
from sim.state import Floats, Ints, MarketState, Report
from sim.state.table import NEVER, columns_of
from sim.state.today import Looked

#: Columns that the phase reads and does not write.
READS = (
    *columns_of(
        "customers",
        "key type territory distributor taste price_sensitivity purchase_rate order_size aware loyalty satisfaction "
        "relationship rival_relationship persuasion broken rebate talk_weak talk_strong speaks owned last_order "
        "price_group",
    ),
    *columns_of("distributors", "shares_data linked"),
    *columns_of("knowledge", "rep in_books label prospect"),
    *columns_of("reps", "key territory active reported_calls"),
    *columns_of(
        "territories",
        "counted potential aware_share usage_share price_sensitivity rival_price rival_price_usual",
    ),
    *columns_of("diary", "bought ordered"),
)
#: Columns that the phase may write, and read.
WRITES = columns_of("knowledge", "known marks orders value potential last_order confirmed described doubt")


def look(state: MarketState) -> None:
    """Let recorded purchases fade, then enter the reports that arrive this week; reps see how their accounts stand."""
    ledger, opened = ask_for_ledger(state)
    state.today.looked = Looked(size_up(state), ledger)
    keep = np.float32(retention_of_half_life(state.params.database.memory))
    knowledge = state.knowledge
    fade_all(knowledge.writable("value"), keep)
    fade_all(knowledge.writable("orders"), keep)
    arrived = [] if opened is None else [opened]
    arrived += [report for report in state.mail.reports if report.arrives <= state.week]
    state.mail.reports = [report for report in state.mail.reports if report.arrives > state.week]
    for report in arrived:
        enter_report(state, report, keep)
    if state.week % state.params.database.sharing_every == 0:
        send_shared_data(state)


def enter_report(state: MarketState, report: Report, keep: np.float32) -> None:
    """Take one report into the records of its customers; its numbers are as old as the report.

    What a record has from a later week stays: reports of the same customer may overtake one another on their ways.
    """
    knowledge, rows = state.knowledge, report.rows
    latest = knowledge.confirmed[rows] <= report.week
    counts = has_news(state, report)
    fade = keep ** np.float32(state.week - report.week)
    now = rows[counts]
    unknown = rows[~knowledge.known[rows]]
    knowledge.known[rows] = True
    knowledge.last_order[rows] = np.maximum(knowledge.last_order[rows], report.last_order)
    if report.adds:
        # A record that was confirmed later has these purchases already; the rest of what it says stays as old as it is.
        knowledge.value[now] += report.value[counts] * fade
        knowledge.orders[now] += report.orders[counts] * fade
        confirmed = rows if report.books else unknown
        knowledge.confirmed[confirmed] = np.maximum(knowledge.confirmed[confirmed], report.week)
        return
    gain = _gain(state, report, knowledge.confirmed[now])
    knowledge.value[now] = _believed(knowledge.value[now], report.value[counts] * fade, gain)
    knowledge.orders[now] = _believed(knowledge.orders[now], report.orders[counts] * fade, gain)
    knowledge.confirmed[rows[latest]] = report.week
    if report.marks is None:
        return
    # Only reps tell these: news of sales that came in meanwhile says nothing of them.
    latest = knowledge.described[rows] <= report.week
    if report.doubt is not None:
        weigh_in(state, report, rows[latest], latest)
        knowledge.described[rows[latest]] = report.week
        return
    asked = latest & np.isfinite(report.potential)
    gain = _gain(state, report, knowledge.described[rows[asked]])
    knowledge.potential[rows[asked]] = _believed(knowledge.potential[rows[asked]], report.potential[asked], gain)
    knowledge.marks[rows[latest]] = report.marks[latest]
    knowledge.described[rows[latest]] = report.week


def _gain(state: MarketState, report: Report, last: Ints) -> Floats | None:
    """How far a report moves records that were last renewed in the weeks ``last``; None where it takes their place."""
    numbers = state.params.database
    if numbers.smoothing == "latest" or report.exact or numbers.report_error == 0:
        return None
    gap = np.maximum(report.week - last.astype(np.int64), 1)
    gain: Floats = optimal_gain(gap * (numbers.drift / numbers.report_error) ** 2)
    return gain


def _believed(belief: Floats, news: Floats, gain: Floats | None) -> Floats:
    """What the record says after the ``news``; errors are in proportion, so logarithms are smoothed where there are any."""
    if gain is None:
        return news
    both = (belief > 0) & (news > 0)
    believed = np.array(news)
    believed[both] = np.exp(smoothed(np.log(belief[both]), np.log(news[both]), gain[both]))
    return believed


def send_shared_data(state: MarketState) -> None:
    """Distributors who share send their sell-out by customer; it arrives after the lag of the data."""
    sharing = sends_data(state)[state.customers.distributor]
    rows = np.flatnonzero(sharing & (state.customers.last_order != NEVER))
    if len(rows) == 0:
        return
    state.mail.reports.append(
        Report(
            arrives=state.week + max(state.params.database.sharing_lag, 1),
            week=state.week,
            rows=rows,
            value=state.diary.bought[rows],
            orders=state.diary.ordered[rows],
            last_order=state.customers.last_order[rows],
            potential=np.full(len(rows), np.nan, dtype=np.float32),
            marks=None,
            exact=True,
        )
    )
