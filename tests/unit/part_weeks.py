"""Weeks that are run up to a phase, for tests that look at one phase alone."""

from __future__ import annotations

from sim.market import Market
from sim.state import MarketState
from sim.week import WEEK


def until(phase_name: str, market: Market) -> MarketState:
    """Run this week's phases before ``phase_name``."""
    market._open_week()
    state = market.state
    for phase in WEEK[: [p.name for p in WEEK].index(phase_name)]:
        with state.lend(phase.writes):
            phase.function(state)
    return state


def writes(name: str) -> tuple[str, ...]:
    """The columns that a phase is lent."""
    return next(phase.writes for phase in WEEK if phase.name == name)
