"""Hours of calls and journeys: what one call takes, with whom, and what follows for visits to distributors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.accounts import served
from sim.derived.call_lengths import believed_lengths, calls_differ, lengths_of_served
from sim.state import Ints, MarketState, Use


def travel_hours(state: MarketState) -> NDArray[np.float64]:
    """Hours on the road for one call or one job of service, by territory [T]."""
    return state.numbers.travel_hours


def hours_per_visit(state: MarketState) -> NDArray[np.float64]:
    """Hours of selling and on the road for one call without questions, by rep [R]; what a visit to a distributor takes."""
    per_visit: NDArray[np.float64] = state.params.hours.selling_per_call + travel_hours(state)[state.reps.territory]
    return per_visit


def hours_per_call(state: MarketState) -> NDArray[np.float64]:
    """Hours with the customer, questions included, and on the road for one usual call, by rep [R]."""
    per_call: NDArray[np.float64] = hours_per_visit(state) + state.reps.question_hours
    return per_call


def hours_beyond_accounts(state: MarketState) -> NDArray[np.float64]:
    """Hours of one call that do not depend on the account: on the road and for questions, by rep [R]."""
    beyond: NDArray[np.float64] = travel_hours(state)[state.reps.territory] + state.reps.question_hours
    return beyond


def hours_with_accounts(state: MarketState) -> NDArray[np.float64]:
    """Hours with each account of :func:`served` in one call, without the way there [A]."""
    hours: NDArray[np.float64] = state.params.hours.selling_per_call * lengths_of_served(state)
    return hours


def hours_expected(state: MarketState) -> NDArray[np.float64]:
    """Hours of one call on each account of :func:`served` as its rep expects, the way included [A].

    Whoever has called on an account knows how long it takes; of the others the rep knows what headquarters has on record.
    """
    rows = served(state)
    usual = hours_per_call(state)[state.knowledge.rep[rows]]
    if not calls_differ(state):
        return usual
    length, met = lengths_of_served(state), state.diary.met[rows]
    if not met.all():
        length = np.where(met, length, believed_lengths(state, rows))
    return usual + state.params.hours.selling_per_call * (length - 1.0)


def expected_lengths_of_calls(state: MarketState, rows: Ints) -> NDArray[np.float64]:
    """Length of one call on each of the customers in ``rows`` as headquarters expects, the way included, in usual calls [rows]."""
    if not calls_differ(state):
        return np.ones(len(rows))
    selling, way = state.params.hours.selling_per_call, travel_hours(state)[state.customers.territory[rows]]
    return (selling * believed_lengths(state, rows) + way) / (selling + way)


def visits_to_distributors(state: MarketState) -> NDArray[np.floating]:
    """Visits of each rep to distributors this week [R], as long and as far as calls on customers, and with the same effort."""
    visits: NDArray[np.floating] = state.books.hours.spent[state.week, Use.DISTRIBUTORS] * state.reps.effort
    return visits / hours_per_visit(state)
