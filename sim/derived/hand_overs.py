"""What hand-overs of accounts cost: whether they do, and the loss at once that comes to the published one over a year."""

from __future__ import annotations

from sim.quantity import WEEKS_PER_YEAR, retention_of_half_life
from sim.solvers.hand_over import loss_at_once
from sim.state import MarketState


def hand_overs_cost(state: MarketState) -> bool:
    """Whether customers buy less after their rep has changed."""
    return bool(state.customers.broken.shape[1])


def kept_a_week(state: MarketState) -> float:
    """Part of a loss by hand-over that is still there a week later."""
    return retention_of_half_life(state.params.change.hand_over_weeks)


def loss_of_leaving(state: MarketState) -> float:
    """Part of its purchases that a customer stops in the week after its rep has gone."""
    return loss_at_once(state.params.change.hand_over_loss, kept_a_week(state), WEEKS_PER_YEAR)
