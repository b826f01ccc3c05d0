"""Lengths of calls: how the time with a customer grows with its size, in truth and as far as the firm believes to know it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.derived.accounts import served
from sim.derived.expected_purchases import expected_purchases
from sim.solvers.potential import purchases_from_anyone
from sim.state import Ints, MarketState

Floats = NDArray[np.float64]


def calls_differ(state: MarketState) -> bool:
    """Whether the time of a call depends on the account; else all that follows is 1 for everybody."""
    return state.params.call_length.exponent > 0


def lengths_of_sizes(state: MarketState, purchases: NDArray[np.floating[Any]]) -> Floats:
    """Time with a customer in one call, in usual calls, by its ``purchases`` from anyone a year [n], minor units."""
    numbers = state.params.call_length
    usual = numbers.reference or max(state.numbers.mean_purchases, 1.0)
    grown = (np.maximum(purchases, 0.0) / usual) ** numbers.exponent
    lengths: Floats = np.clip(grown, numbers.shortest, numbers.longest)
    return lengths


def true_lengths(state: MarketState, rows: Ints) -> Floats:
    """Time with each of the customers in ``rows`` in one call, in usual calls [rows]."""
    if not calls_differ(state):
        return np.ones(len(rows))
    return lengths_of_sizes(state, expected_purchases(state, rows))


def lengths_of_served(state: MarketState) -> Floats:
    """The same for the accounts of :func:`served` [A]; computed once a week."""
    lengths: Floats | None = state.today.call_lengths
    if lengths is None:
        lengths = state.today.call_lengths = true_lengths(state, served(state))
    return lengths


def believed_lengths(state: MarketState, rows: Ints) -> Floats:
    """The same by the size on record: what was reported, or what purchases from us suggest; usual where nothing is known."""
    if not calls_differ(state):
        return np.ones(len(rows))
    knowledge = state.knowledge
    value = knowledge.value[rows]
    size = purchases_from_anyone(knowledge.potential[rows], value, value > 0)
    heard = np.isfinite(size)
    return np.where(heard, lengths_of_sizes(state, np.where(heard, size, 0.0)), 1.0)


def loads(state: MarketState) -> Floats:
    """Accounts of each rep [R], each counted by the length of its call; plain numbers of accounts where calls are alike."""
    rows = np.flatnonzero(state.knowledge.rep >= 0)
    rep = state.knowledge.rep[rows]
    return np.bincount(rep, weights=true_lengths(state, rows), minlength=len(state.reps)).astype(np.float64)
