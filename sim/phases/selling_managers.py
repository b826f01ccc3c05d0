"""Selling managers: hours that their other work leaves go to calls on the largest accounts of their teams.

A manager's hour has a price in this way: each hour of a routine is an hour less with key accounts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.accounts import served
from sim.derived.call_hours import travel_hours
from sim.jit import sealed_array
from sim.kernels.call_rounds import call_on_largest
from sim.state import MarketState
from sim.state.today import JointCalls
from sim.views import RepSeen

Hours = NDArray[np.float64]


def hours_for_selling(state: MarketState, spare: Hours) -> Hours:
    """Hours [M] that managers spend on calls this week out of those ``spare`` [M]; sets how many calls they make.

    A call takes as long as a rep's, with the way there; one that is begun is finished in a later week.
    """
    managers = state.managers
    if managers.calls.shape[1] == 0:
        return np.zeros(len(managers))
    teams = np.bincount(state.reps.team[state.knowledge.rep[served(state)]], minlength=len(managers))
    per_call = state.params.hours.selling_per_call + travel_hours(state)[managers.territory]
    possible = np.where(teams > 0, state.params.managers_time.selling * spare / per_call, 0.0)
    wished = possible + managers.carry[:, 0]
    # A call carried over may not break this week's hours.
    calls = np.minimum(np.floor(wished), np.floor(np.where(teams > 0, spare, 0.0) / per_call))
    managers.carry[:, 0] = np.clip(wished - calls, 0.0, 1.0)
    managers.calls[:, 0] = calls
    hours: Hours = calls * per_call
    return hours


def join_calls(state: MarketState, seen: RepSeen) -> JointCalls | None:
    """Divide managers' calls among the accounts of their teams, largest first by what reps know; None where no one sells."""
    managers = state.managers
    if managers.calls.shape[1] == 0:
        return None
    made = managers.calls[:, 0].astype(np.int64)
    team = state.reps.team[seen.account_rep]
    calls = call_on_largest(made, sealed_array(team), seen.account_value, seen.account_key)
    state.record.put(state.week, "manager_calls", np.bincount(team, weights=calls, minlength=len(managers)))
    called = calls > 0
    return JointCalls(served(state)[called], calls[called])
