"""People: reps leave, positions are filled, newcomers learn."""

from __future__ import annotations

from sim.phases.hiring import hire
from sim.phases.labour_market import leave
from sim.state import MarketState


def people(state: MarketState) -> None:
    """One week of turnover."""
    state.reps.tenure[:] += state.reps.active
    leave(state)
    hire(state)
