"""Look: what reached headquarters this week enters the customer database; records nobody confirms grow old."""

from __future__ import annotations

import numpy as np

from sim.kernels.running import fade_all
from sim.population import NEVER
from sim.quantity import retention_of_half_life
from sim.state import MarketState, Report


def look(state: MarketState) -> None:
    """Let recorded purchases fade, then enter the reports that arrive this week."""
    keep = np.float32(retention_of_half_life(state.params.database.memory))
    knowledge = state.knowledge
    fade_all(knowledge.writable("value"), keep)
    fade_all(knowledge.writable("orders"), keep)
    arrived = [report for report in state.reports if report.arrives <= state.week]
    state.reports = [report for report in state.reports if report.arrives > state.week]
    for report in arrived:
        enter_report(state, report, keep)
    if state.week % state.params.database.sharing_every == 0:
        send_shared_data(state)


def enter_report(state: MarketState, report: Report, keep: np.float32) -> None:
    """Write one report into the records of its customers; its numbers are as old as the report.

    What a record has from a later week stays: reports of the same customer may overtake one another on their ways.
    """
    knowledge, rows = state.knowledge, report.rows
    knowledge.known[rows] = True
    knowledge.last_order[rows] = np.maximum(knowledge.last_order[rows], report.last_order)
    latest = knowledge.confirmed[rows] <= report.week
    fade = keep ** np.float32(state.week - report.week)
    knowledge.value[rows[latest]] = report.value[latest] * fade
    knowledge.orders[rows[latest]] = report.orders[latest] * fade
    knowledge.confirmed[rows[latest]] = report.week
    if report.marks is None:
        return
    # Only reps tell these: news of sales that came in meanwhile says nothing of them.
    latest = knowledge.described[rows] <= report.week
    asked = latest & np.isfinite(report.potential)
    knowledge.potential[rows[asked]] = report.potential[asked]
    knowledge.marks[rows[latest]] = report.marks[latest]
    knowledge.described[rows[latest]] = report.week


def send_shared_data(state: MarketState) -> None:
    """Distributors who share send their sell-out by customer; it arrives after the lag of the data."""
    sharing = state.distributors.shares_data[state.customers.distributor]
    rows = np.flatnonzero(sharing & (state.customers.last_order != NEVER))
    if len(rows) == 0:
        return
    state.reports.append(
        Report(
            arrives=state.week + max(state.params.database.sharing_lag, 1),
            week=state.week,
            rows=rows,
            value=state.diary.bought[rows],
            orders=state.diary.ordered[rows],
            last_order=state.customers.last_order[rows],
            potential=np.full(len(rows), np.nan, dtype=np.float32),
            marks=None,
        )
    )
