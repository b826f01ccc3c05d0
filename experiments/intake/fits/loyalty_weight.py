"""Strength of habit: the weight of loyalty, estimated from the sequences of wins and losses of accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_expit, logsumexp

from experiments.intake.fits.shrinkage import Floats

#: Largest standard error at which the weight counts as identified (its default is 3.92).
LARGEST_ERROR = 1.0
_LARGEST_WEIGHT = 20.0
#: First deals of an account that only build up its loyalty: earlier deals are not in the data. At 5, half of the earlier
#: history would still count, and strong habit would look weaker than it is.
_FIRST = 15
#: Error from the remaining unknown history, as a share of the weight, in addition to the sampling error.
_BEFORE = 0.25
#: Fewest accounts with further deals: estimating lasting differences between accounts takes several.
_FEWEST_ACCOUNTS = 8
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_STEP = 1e-3


@dataclass(frozen=True)
class Habit:
    """Weight of loyalty (utility per unit of loyalty), its standard error, and the deals behind it.

    ``estimate`` is the weight before it is truncated at 0; ``spread`` the lasting differences between accounts (sd of utility).
    """

    weight: float
    error: float
    deals: int
    estimate: float
    spread: float

    @property
    def identified(self) -> bool:
        """Whether there are enough data to identify the weight."""
        return self.error <= LARGEST_ERROR


def fit_habit(decided: pd.DataFrame, carry_over: float) -> Habit:
    """Logit of won against lost on own loyalty minus the rival's and an account effect, by maximum likelihood.

    ``decided`` has columns account ("" unknown), id, closed and won (bool).

    Loyalty follows Guadagni & Little (1983) over the decided deals of an account in the order they
    closed: L' = carry_over·L + (1 − carry_over)·won, from the pooled win share on. Accounts that always win more
    would look like habit: each has a normal effect, integrated by quadrature, whose mean depends on the loyalty after its
    first deals (Wooldridge 2005), which reflects its history before the data begin.
    """
    known = decided[decided["account"].ne("")].sort_values(["closed", "id"], kind="stable")
    account = np.asarray(pd.factorize(known["account"])[0], dtype=np.int64)
    won = np.asarray(known["won"], dtype=np.float64)
    turn = known.groupby(account).cumcount().to_numpy(np.int64) if len(known) else account
    counted = turn >= _FIRST
    unknown = Habit(0.0, float("inf"), len(known), float("nan"), float("nan"))
    if len(np.unique(account[counted])) < _FEWEST_ACCOUNTS or won[counted].min() == won[counted].max():
        return unknown
    lead = 2.0 * _loyalties(account, won, carry_over) - 1.0
    start = np.zeros(account.max() + 1)
    start[account[turn == _FIRST]] = lead[turn == _FIRST]
    _, unit = np.unique(account[counted], return_inverse=True)
    design = np.column_stack([np.ones(counted.sum()), lead[counted], start[account[counted]]])
    loss = _Loss(design, 2.0 * won[counted] - 1.0, np.asarray(unit, dtype=np.int64))
    found = minimize(loss, np.array([0.0, 0.5, 0.5, -1.0]), method="BFGS")
    estimate = float(found.x[1])
    error = float(np.hypot(_error(loss, np.asarray(found.x, dtype=np.float64)), _BEFORE * estimate))
    weight = float(np.clip(estimate, 0.0, _LARGEST_WEIGHT))
    return Habit(weight, error, len(known), estimate, float(np.exp(np.clip(found.x[3], -5.0, 2.0))))


class _Loss:
    """Minus log likelihood of (constant, weight, start, ln spread); ``sign`` is 1 for won and −1 for lost."""

    def __init__(self, design: Floats, sign: Floats, unit: NDArray[np.int64]) -> None:
        self.order = np.argsort(unit, kind="stable")
        self.design, self.sign = design[self.order], sign[self.order]
        self.first = np.flatnonzero(np.diff(unit[self.order], prepend=-1))

    def __call__(self, beta: Floats) -> float:
        utility = self.design @ np.clip(beta[:3], -30.0, 30.0)
        spread = np.exp(np.clip(beta[3], -5.0, 2.0))
        each = log_expit(self.sign[:, None] * (utility[:, None] + spread * _NODES))
        joint = np.add.reduceat(each, self.first, axis=0)
        weak = 0.5 * (beta[3] + 1.0) ** 2 / 9.0  # fixes ln spread where accounts do not differ, and is flat elsewhere
        return float(weak) - float(logsumexp(joint, axis=1, b=_WEIGHTS / _WEIGHTS.sum()).sum())


def _error(loss: _Loss, at: Floats) -> float:
    """Standard error of the weight from the curvature of the loss; infinite where it has none."""
    moves = np.eye(len(at)) * _STEP
    curvature = np.array(
        [
            [
                (loss(at + u + v) - loss(at + u - v) - loss(at - u + v) + loss(at - u - v)) / (4.0 * _STEP**2)
                for v in moves
            ]
            for u in moves
        ]
    )
    if np.linalg.eigvalsh(curvature)[0] <= 1e-6:
        return float("inf")
    return float(np.sqrt(np.linalg.inv(curvature)[1, 1]))


def _loyalties(accounts: NDArray[np.int64], won: Floats, carry_over: float) -> Floats:
    """Loyalty of the account before each of its deals."""
    now = np.full(accounts.max() + 1, won.mean())
    before = np.empty(len(won))
    for row, (account, y) in enumerate(zip(accounts, won, strict=True)):
        before[row] = now[account]
        now[account] = carry_over * before[row] + (1.0 - carry_over) * y
    return before
