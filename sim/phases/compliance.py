"""Compliance: a rep follows a new call plan the less, the less it has in common with the old one; routines bring it back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.state import Ints, MarketState

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Plan:
    """What a call plan says of some customers."""

    rows: Ints  # [n] customers
    rep: Ints  # [n] -1 for none
    norm: Floats  # [n] calls a week


def unsettle(state: MarketState, old: Plan, new: Plan) -> None:
    """Lower the alignment of reps whose calls ``new`` divides otherwise than ``old``, both of the same customers.

    In proportion to the part of a rep's planned calls that goes to other accounts than before. A rep without a plan
    before, or without one now, has nothing to relearn.
    """
    strength = state.params.change.plan_habit
    if strength == 0:
        return
    order = np.argsort(state.customers.key[old.rows])  # sums are then the same in whatever order customers come
    before, after = (_of_reps(state, plan, order) for plan in (old, new))
    overlap = _sum_by_rep(state, np.where(old.rep == new.rep, old.rep, -1)[order], np.minimum(before[0], after[0]))
    share = np.where(before[1] & after[1], 1.0 - np.minimum(overlap, 1.0), 0.0)
    state.reps.alignment[:] *= (1.0 - strength * share).astype(np.float32)


def _of_reps(state: MarketState, plan: Plan, order: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of its rep's planned calls that each customer gets, in ``order`` [n], and which reps have any calls planned [R]."""
    rep, norm = plan.rep[order], plan.norm[order].astype(np.float64)
    total = _sum_by_rep(state, rep, norm)
    share: Floats = np.where(rep >= 0, norm / np.where(total > 0, total, 1.0)[rep], 0.0)
    return share, total > 0


def _sum_by_rep(state: MarketState, rep: Ints, values: Floats) -> NDArray[np.float64]:
    """Sum of ``values`` [n] over the customers of each rep [R]."""
    served = rep >= 0
    return np.bincount(rep[served], weights=values[served], minlength=len(state.reps)).astype(np.float64)
