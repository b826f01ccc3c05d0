"""A classifier of potential users, trained on the marks of customers whose purchases the firm knows."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.questions.prospects.question import Prospects, ProspectsRule
from sim.solvers.potential import purchases_from_anyone
from sim.views import FirmSeen


class LogisticFilter(ProspectsRule):
    """Logistic regression of "buys at least ``worth`` a year from anyone" on marks, applied to known non-users.

    It learns from records that lie and from customers who are no random sample (reps visit the large ones), and it
    believes what it learnt: how often it is right is recorded, not assumed.
    """

    kind: Literal["logistic"] = "logistic"
    worth: int = param(
        500_000,
        unit="minor units/year",
        doc="Purchases from anyone from which a customer counts as a potential user.",
        bounds=(1, 10**12),
        lever=True,
    )
    cutoff: float = param(
        0.5, unit="probability", doc="Judged probability from which a non-user qualifies.", bounds=(0, 1), lever=True
    )
    least_records: int = param(
        40, unit="records", doc="Records below which the filter is not trained and qualifies nobody.", bounds=(4, 10**6)
    )
    fee: int = param(400_000, unit="minor units", doc="Analysts' fee for one run.", bounds=(0, 10**12), lever=True)
    fee_per_record: int = param(
        20, unit="minor units", doc="Cost of preparing one record.", bounds=(0, 10**9), lever=True
    )

    def answer(self, seen: FirmSeen) -> Prospects:
        """Train on the customers whose purchases are known, judge those who are not known to buy from the firm."""
        customers = seen.customers
        measured = customers.known & np.isfinite(customers.marks).all(axis=1)
        buys = np.isfinite(customers.recency)
        record = purchases_from_anyone(customers.potential, customers.value, buys)
        heard, judged = measured & np.isfinite(record), np.flatnonzero(measured & ~buys)
        cost = self.fee + self.fee_per_record * int((heard | (measured & ~buys)).sum())
        qualified = np.zeros(len(customers.key), dtype=np.bool_)
        rows = np.flatnonzero(heard)
        rows = rows[np.argsort(customers.key[rows], kind="stable")]
        large = record[rows] >= self.worth
        if len(rows) >= self.least_records and customers.marks.shape[1] and large.any() and not large.all():
            qualified[judged] = _chance(customers.marks[rows], large, customers.marks[judged]) >= self.cutoff
        return Prospects(qualified=qualified, worth=self.worth, cost=cost)


def _chance(marks: NDArray[np.floating], large: NDArray[np.bool_], asked: NDArray[np.floating]) -> NDArray[np.float64]:
    """Judged probability that each of ``asked`` [m, marks] is large, by what ``marks`` [n, marks] say of ``large`` [n]."""
    # Imported here: scikit-learn takes longer to import than the rest of the model.
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    points = marks.astype(np.float64)
    mean, spread = points.mean(axis=0), points.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    with threadpool_limits(limits=1):
        fit = LogisticRegression().fit((points - mean) / scale, large)
        weight, offset = fit.coef_[0], float(fit.intercept_[0])
    score: NDArray[np.float64] = (asked.astype(np.float64) - mean) / scale @ weight + offset
    return 1.0 / (1.0 + np.exp(-np.clip(score, -700.0, 700.0)))
