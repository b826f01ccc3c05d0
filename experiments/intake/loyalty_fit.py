"""How much habit a CRM shows: the weight of loyalty, estimated from the sequence of wins and losses of accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from experiments.intake.crm_deals import WON
from experiments.intake.shrinkage import Floats

#: Largest standard error at which the data are taken to tell the weight (the default is 3.92).
LARGEST_ERROR = 1.0
_LARGEST_WEIGHT = 20.0


@dataclass(frozen=True)
class Habit:
    """Weight of loyalty (utility per unit of loyalty), its standard error, and the deals behind it."""

    weight: float
    error: float
    deals: int

    @property
    def told(self) -> bool:
        """Whether the data are many enough to tell the weight."""
        return self.error <= LARGEST_ERROR


def fit_habit(decided: pd.DataFrame, carry_over: float) -> Habit:
    """Logit of won against lost on a constant and own loyalty less the rival's, by maximum likelihood.

    Loyalty follows Guadagni & Little (1983) over the decided deals of an account in the order they
    closed: L' = carry_over·L + (1 − carry_over)·won, from the pooled win share on. A negative
    estimate is cut at 0. Lasting differences between accounts count as habit too, as they do in the
    published weight.
    """
    known = decided[decided["account"].ne("")].sort_values(["closed", "id"], kind="stable")
    won = np.asarray(known["state"].eq(WON), dtype=np.float64)
    if len(known) < 2 or won.min() == won.max():
        return Habit(0.0, float("inf"), len(known))
    lead = 2.0 * _loyalties(known["account"].to_numpy(dtype=object), won, carry_over) - 1.0
    design = np.column_stack([np.ones(len(won)), lead])

    def loss(beta: Floats) -> tuple[float, Floats]:
        utility = design @ beta
        return float(np.logaddexp(0.0, utility).sum() - won @ utility), design.T @ (expit(utility) - won)

    found = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(None, None), (0.0, _LARGEST_WEIGHT)])
    p = expit(design @ found.x)
    information = (design * (p * (1.0 - p))[:, None]).T @ design
    error = (
        float(np.sqrt(np.linalg.pinv(information)[1, 1])) if np.linalg.matrix_rank(information) == 2 else float("inf")
    )
    return Habit(float(found.x[1]), error, len(known))


def _loyalties(accounts: np.ndarray, won: Floats, carry_over: float) -> Floats:
    """Loyalty of the account before each of its deals."""
    start = float(won.mean())
    now: dict[str, float] = {}
    before = np.empty(len(won))
    for row, (account, y) in enumerate(zip(accounts, won, strict=True)):
        before[row] = now.get(account, start)
        now[account] = carry_over * before[row] + (1.0 - carry_over) * y
    return before
