"""The ABC list: customers ranked by recorded purchases and estimated size, cut into classes, calls by class."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.coverage.question import Coverage, CoverageRule
from sim.solvers.allocation import assign_reps
from sim.solvers.ranking import ranked_by
from sim.solvers.size_estimate import fit_size
from sim.views import CustomersSeen, FirmSeen

#: What rounding may take from calls that are just enough.
_ROUNDING = 1e-9

#: Calls a week up to which nobody is called on: once in twenty million years.
_NEVER = 1e-9


#: Customers on the first page of a territory's list; as many as some thirty reps call on.
_PAGE = 4096


class AbcList(CoverageRule):
    """Classes by cumulative share of worth over the whole market (Pareto); each territory's time for calls goes down the list.

    Worth is what a customer buys from us by the records, or ``size_weight`` times what buyers with its marks buy,
    whichever is more. A list by size alone cuts the mark ``size_mark`` into slices with these shares of customers.
    Of equals the larger come first, then it is random; customers of whom nothing is recorded come last. Where calls are left over, all norms grow alike.
    """

    kind: Literal["abc"] = "abc"
    by: Literal["both", "turnover", "size"] = param(
        "both",
        unit="text",
        doc="What the list is sorted by: recorded purchases and estimated size, purchases alone, a mark of size alone.",
        lever=True,
    )
    cuts: list[float] = param(
        [0.2, 0.4, 0.6, 0.8],
        unit="share",
        doc="Cumulative shares of worth (of customers, by size alone) at which classes end; the last class has the rest.",
        bounds=(0, 1),
        length=(1, 8),
        lever=True,
    )
    calls: list[float] = param(
        [26.0, 13.0, 6.5, 4.0, 2.0],
        unit="calls/year",
        doc="Call norm of each class, one more than cuts; the last one holds for all further classes. Fortnightly, monthly, every two months, every quarter, twice a year.",
        bounds=(0, 520),
        length=(1, 9),
        lever=True,
    )
    size_weight: float = param(
        0.5,
        unit="share",
        doc="What a customer counts who buys nothing on record, against a buyer with the same marks.",
        bounds=(0, 1),
        lever=True,
    )
    size_mark: int = param(0, unit="index", doc="Which mark says the size, counted from 0.", bounds=(0, 31))
    least_records: int = param(
        40,
        unit="records",
        doc="Buyers with marks on record below which sizes are not estimated and count as 0.",
        bounds=(2, 10**6),
    )
    refilled: float = param(
        0.5,
        unit="share",
        doc="A portfolio smaller than this part of an even one is filled up at the next plan, from the fullest.",
        bounds=(0, 1),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> Coverage:
        """Rank and class all customers on record, then go down each territory's list as far as its calls go."""
        customers = seen.customers
        rep = np.full(len(customers.key), -1, dtype=np.int32)
        norm = np.zeros(len(customers.key), dtype=np.float32)
        order, classes = self._ranked(customers, seen.luck.uniform(customers.key))
        calls = np.array(self.calls)[np.minimum(classes, len(self.calls) - 1)] / WEEKS_PER_YEAR
        listed = calls > _NEVER
        order, calls = order[listed], calls[listed]
        home = customers.territory[order]
        for territory in np.unique(seen.rep_territory[seen.rep_active]):
            reps = np.flatnonzero(seen.rep_active & (seen.rep_territory == territory))
            here, total = np.flatnonzero(home == territory), float(seen.rep_calls[reps].sum())
            most = total * (1.0 + _ROUNDING)
            asked = _time_down_the_list(calls, order, customers.call_length, here, most, len(reps))
            count = min(max(int((asked <= most).sum()), len(reps)), len(here))
            if count == 0:
                continue
            rows = order[here[:count]]
            rep[rows] = assign_reps(customers.key[rows], customers.rep[rows], reps, self.refilled)
            norm[rows] = calls[here[:count]] * (total / asked[count - 1])
        return Coverage(rep=rep, norm=norm)

    def _ranked(
        self, customers: CustomersSeen, lot: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the customers on record, best first, and their classes from 0; the order of equals is by ``lot`` [N]."""
        size = _mark(customers, self.size_mark)
        worth = size if self.by == "size" else self._worth(customers)
        larger = np.zeros(len(size)) if self.by == "turnover" else size
        rows = np.flatnonzero(customers.known)
        rows = rows[ranked_by(-worth[rows], -larger[rows], lot[rows])]
        ranked = worth[rows]
        counts = np.isfinite(ranked).astype(np.float64) if self.by == "size" else ranked
        total = counts.sum()
        # A customer is in the class in which it begins, so that the largest is always in the first one.
        before = (np.cumsum(counts) - counts) / total if total > 0 else np.ones(len(rows))
        classes = np.searchsorted(np.sort(self.cuts), before, side="right")
        return rows, np.where(counts > 0, classes, len(self.cuts))

    def _worth(self, customers: CustomersSeen) -> NDArray[np.float64]:
        """Purchases a year from us as recorded, or as customers with the same marks lead to expect [N], minor units."""
        recorded = customers.value.astype(np.float64)
        if self.by == "turnover" or self.size_weight == 0:
            return recorded
        measured = customers.known & np.isfinite(customers.marks).all(axis=1)
        buyers = np.flatnonzero(measured & (recorded > 0))
        if len(buyers) < self.least_records or not customers.marks.shape[1]:
            return recorded
        buyers = buyers[np.argsort(customers.key[buyers], kind="stable")]
        estimated = np.zeros(len(recorded))
        fit = fit_size(customers.marks.take(buyers, axis=0), recorded[buyers])
        estimated[measured] = fit.purchases(customers.marks[measured])
        return np.maximum(recorded, self.size_weight * estimated)


def _time_down_the_list(
    calls: NDArray[np.float64],
    order: NDArray[np.int64],
    length: NDArray[np.floating],
    here: NDArray[np.int64],
    most: float,
    least: int,
) -> NDArray[np.float64]:
    """Time asked by the customers at the places ``here`` of the list, each and all before it, in usual calls a week.

    For ``least`` customers or more, until it is more than ``most``: of a long list only the leading pages are read.
    """
    page = max(_PAGE, least)
    while True:
        some = here[:page]
        asked: NDArray[np.float64] = np.cumsum(calls[some] * length[order[some]])
        if page >= len(here) or asked[-1] > most:
            return asked
        page *= 4


def _mark(customers: CustomersSeen, place: int) -> NDArray[np.float64]:
    """The mark at ``place`` [N], below all others where it was never measured."""
    marks = customers.marks
    if not marks.shape[1]:  # nothing can be observed of customers in this market
        return np.full(len(marks), -np.inf)
    mark = marks[:, min(place, marks.shape[1] - 1)].astype(np.float64)
    return np.where(np.isfinite(mark), mark, -np.inf)
