"""Accounts that reps serve, and their relationship with them as reps believe it to be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.state import MarketState


def served(state: MarketState) -> NDArray[np.int64]:
    """Rows of the customers served in person by a rep whose position is filled [A]; looked up once a week.

    Plans are made and people join before the week's work; they leave after it.
    """
    if state.today.in_person is None:
        accounts = state.accounts()
        state.today.in_person = accounts[state.reps.active[state.knowledge.rep[accounts]]]
    return state.today.in_person


def relationships(state: MarketState, rows: NDArray[np.int64]) -> NDArray[np.floating]:
    """Relationship with the customers in ``rows``, all of them accounts, as their reps believe it to be [rows].

    Reps know it from their own calls. For a customer not called on yet, a rep expects the mean of those it
    has called on.
    """
    felt: NDArray[np.floating] = state.customers.relationship[rows]
    strange = ~state.diary.met[rows]
    if not strange.any():
        return felt
    rep, accounts = state.knowledge.rep, state.accounts()
    met = accounts[state.diary.met[accounts]]
    total = np.bincount(rep[met], weights=state.customers.relationship[met], minlength=len(state.reps))
    usual = total / np.maximum(np.bincount(rep[met], minlength=len(state.reps)), 1)
    return np.where(strange, usual[rep[rows]].astype(felt.dtype), felt)
