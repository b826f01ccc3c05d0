"""Partly the plan, partly self-interest: a rep follows the call plan as far as it is aligned with it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.questions.calls.question import CallShares, CallsRule
from sim.views import RepSeen


class PlanAndInterest(CallsRule):
    """Share of calls = alignment × plan + (1 − alignment) × self-interest.

    Self-interest draws to accounts that are easy (a warm relationship) and believed to buy much for the time they take.
    """

    kind: Literal["plan_and_interest"] = "plan_and_interest"
    ease: float = param(
        1.0, unit="1", doc="Pull of a warm relationship on the calls a rep chooses itself.", bounds=(0, 10)
    )
    pay: float = param(0.5, unit="1", doc="Exponent of the account's believed value in those calls.", bounds=(0, 3))

    def answer(self, seen: RepSeen) -> CallShares:
        """Mix the two wishes of every rep."""
        reps = len(seen.alignment)
        value = (np.maximum(seen.account_value, 0.0) + 1.0) * (
            seen.hours_per_call[seen.account_rep] / seen.account_hours
        )
        wish = np.exp(self.ease * seen.account_relationship) * value**self.pay
        alignment = seen.alignment[seen.account_rep]
        plan = _shares(seen.account_norm, seen.account_rep, reps)
        own = _shares(wish, seen.account_rep, reps)
        return CallShares(share=alignment * plan + (1 - alignment) * own)


def _shares(weight: NDArray[np.floating], rep: NDArray[np.integer], reps: int) -> NDArray[np.float64]:
    total = np.bincount(rep, weights=weight, minlength=reps)
    shares: NDArray[np.float64] = weight / np.where(total > 0, total, 1.0)[rep]
    return shares
