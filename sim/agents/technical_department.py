"""The technical department: staffs service, decides how design works with the field, and believes what it is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.agents.market_department import check
from sim.agents.row_agent import RowAgent
from sim.questions.service import Service
from sim.questions.technical import Technical
from sim.rng import Decision
from sim.state import MarketState
from sim.views import ServiceSeen, TechnicalSeen

Floats = NDArray[np.float64]


class TechnicalDepartment(RowAgent):
    """Designers and service engineers; its row of the table says what it has learnt and what it believes."""


def travel_hours(state: MarketState) -> Floats:
    """Travel to one job by territory [T]: as long as a rep's to one call."""
    return np.array([t.travel_hours for t in state.layout.territories], dtype=np.float64)


def decide_service(state: MarketState) -> Service:
    """Ask for this week's engineers and order of service."""
    numbers, table = state.params.service, state.upkeep.service
    seen = ServiceSeen(
        week=state.week,
        luck=state.luck(Decision.SERVICE),
        key=table.key,
        engineers=table.engineers,
        requests=table.requests,
        open=table.open,
        job_hours=numbers.repair_hours + travel_hours(state),
        week_hours=numbers.hours,
        segments=state.headquarters.segments,
    )
    answer: Service = state.rules.ask("service", seen, np.arange(len(table)))
    check("policy.service", bool((answer.engineers >= 0).all()), "fewer than no engineers", "at least 0")
    check(
        "policy.service",
        answer.priority.shape == (len(table), 1 + state.headquarters.segments),
        f"priorities of shape {answer.priority.shape}",
        "one for each territory and segment, and one for customers without a segment",
    )
    return answer


def decide_technical(state: MarketState, service: Service) -> Technical:
    """Ask how design works with the field; hours are cut to those of the engineers there, training first."""
    table, row = state.upkeep.service, state.upkeep.technical
    seen = TechnicalSeen(
        week=state.week,
        luck=state.luck(Decision.TECHNICAL),
        key=table.key,
        engineers=service.engineers,
        reports=int(row.reports[0]),
        believed_mtbf=float(row.believed_mtbf[0]),
        believed_shape=float(row.believed_shape[0]),
    )
    answer: Technical = state.rules.ask("technical", seen, np.arange(len(table)))
    share = answer.report_share
    check(
        "policy.technical",
        bool(((share >= 0) & (share <= 1)).all()),
        "a report share outside 0..1",
        "a share from 0 to 1",
    )
    for name in ("delay", "analysis_hours", "training_hours", "cost"):
        check("policy.technical", bool((getattr(answer, name) >= 0).all()), f"a negative {name}", "at least 0")
    there = service.engineers * state.params.service.hours
    training = np.minimum(answer.training_hours, there)
    return replace(answer, training_hours=training, analysis_hours=np.minimum(answer.analysis_hours, there - training))
