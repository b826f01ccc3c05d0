"""Hours of calls and journeys: what one call takes, and what follows for visits to distributors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.state import MarketState, Use


def travel_hours(state: MarketState) -> NDArray[np.float64]:
    """Hours on the road for one call or one job of service, by territory [T]."""
    return np.array([t.travel_hours for t in state.layout.territories], dtype=np.float64)


def hours_per_visit(state: MarketState) -> NDArray[np.float64]:
    """Hours of selling and on the road for one call without questions, by rep [R]; what a visit to a distributor takes."""
    per_visit: NDArray[np.float64] = state.params.hours.selling_per_call + travel_hours(state)[state.reps.territory]
    return per_visit


def hours_per_call(state: MarketState) -> NDArray[np.float64]:
    """Hours with the customer, questions included, and on the road for one call, by rep [R]."""
    per_call: NDArray[np.float64] = hours_per_visit(state) + state.reps.question_hours
    return per_call


def visits_to_distributors(state: MarketState) -> NDArray[np.floating]:
    """Visits of each rep to distributors this week [R], as long and as far as calls on customers, and with the same effort."""
    visits: NDArray[np.floating] = state.books.hours.spent[state.week, Use.DISTRIBUTORS] * state.reps.effort
    return visits / hours_per_visit(state)
