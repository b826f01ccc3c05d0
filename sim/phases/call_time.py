"""Call time: where calls on large accounts take longer, a week's hours are filled call by call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.derived.accounts import served
from sim.derived.call_hours import hours_beyond_accounts, hours_per_call, hours_with_accounts
from sim.kernels.call_rounds import divide_hours
from sim.rng import Decision, stream
from sim.state import MarketState
from sim.views import RepSeen

Floats = NDArray[np.float64]


def call_by_hours(state: MarketState, seen: RepSeen, share: Floats) -> NDArray[np.int64]:
    """Calls on each account that fill the hours of its rep by ``share`` [A], the rep's own division of calls; returns visits [A].

    The begun call is carried over, counted in usual calls. What accounts are owed grows by ``share`` of as many calls as the hours
    used are good for.
    """
    reps, rep, accounts = state.reps, seen.account_rep, served(state)
    way, usual = hours_beyond_accounts(state), hours_per_call(state)
    hours = hours_with_accounts(state) + way[rep]
    asked = np.bincount(rep, weights=share * hours, minlength=len(reps))
    mean = np.where(asked > 0, asked, usual)
    busy = np.bincount(rep, minlength=len(reps)) > 0
    field = reps.field_hours.astype(np.float64)
    budget = np.where(busy, field * reps.effort + reps.carry * usual, 0.0)
    due = state.diary.due[accounts]
    tickets = stream(state.seed, Decision.CALL_TIES, state.week)
    wanted = due + share * (budget / mean)[rep]
    visits, used, waits = divide_hours(wanted, rep, seen.account_key, hours, budget, field, tickets)
    state.diary.due[accounts] = due + share * (used / mean)[rep] - visits
    reps.carry[:] = np.clip(budget - used, 0.0, waits) / usual
    reps.calls[:] = np.bincount(rep, weights=visits, minlength=len(reps)).astype(np.int64)
    return visits


def hours_of_visits(state: MarketState) -> Floats:
    """Hours of each rep with the accounts visited this week [R], without the way there."""
    accounts = served(state)
    spent = state.diary.visits[accounts] * hours_with_accounts(state)
    return np.bincount(state.knowledge.rep[accounts], weights=spent, minlength=len(state.reps)).astype(np.float64)


def calls_within_hours(state: MarketState, seen: RepSeen) -> Floats:
    """Calls that the plan asks of each rep, as far as the hours of this week allow [R]; all accounts are cut alike."""
    reps, rep = state.reps, seen.account_rep
    hours = hours_with_accounts(state) + hours_beyond_accounts(state)[rep]
    norm = seen.account_norm.astype(np.float64)
    calls = np.bincount(rep, weights=norm, minlength=len(reps))
    time = np.bincount(rep, weights=norm * hours, minlength=len(reps))
    planned = calls * np.minimum(reps.field_hours / np.where(time > 0, time, 1.0), 1.0)
    return planned.astype(np.float64)
