"""Segment call norms: calls go where the firm believes they sell most, judged by segment and by the account's own record."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.questions.coverage.question import Coverage, CoverageRule
from sim.solvers.allocation import allocate_calls, allocate_within_bounds, assign_reps
from sim.solvers.potential import fitted_purchases, purchases_from_anyone
from sim.views import CustomersSeen, FirmSeen


class SegmentNorms(CoverageRule):
    """Believed potential = credibility-weighted mean of the account's own record and its segment's mean.

    Calls are divided in proportion to it, as the rule of Albers (1998) divides effort among units that are believed to
    respond alike; with an ``elasticity``, as is best for a response of constant elasticity. Accounts that would get fewer
    than ``least_calls`` a week are left to the distributor. The rule believes its labels.
    """

    kind: Literal["segment_norms"] = "segment_norms"
    elasticity: float = param(
        0.0,
        unit="1",
        doc="How steeply calls rise with potential: as potential^(1/(1 − elasticity)), the best division where every account's "
        "sales have this elasticity however many calls it has (.31 in Albers, Mantrala & Sridhar 2010); 0: in proportion.",
        bounds=(0, 0.95),
        soft=(0, 0.5),
        source="Albers 1998",
        lever=True,
    )
    credibility: float = param(
        0.5,
        unit="share",
        doc="Weight of the account's own record against its segment's mean.",
        bounds=(0, 1),
        lever=True,
    )
    least_calls: float = param(
        0.04,
        unit="calls/week",
        doc="Below this an account is left to the distributor: twice a year, as in the last class of an ABC list.",
        bounds=(0.01, 5),
        lever=True,
    )
    most_calls: float = param(
        1.5, unit="calls/week", doc="Highest call norm of one account.", bounds=(0.05, 10), lever=True
    )

    prospects: float = param(
        0.0,
        unit="share",
        doc="Part of a territory's calls kept for prospects that passed the filter, evenly, at least ``least_calls`` each.",
        bounds=(0, 1),
        lever=True,
    )

    division: Literal["in_steps", "within_bounds"] = param(
        "within_bounds",
        unit="text",
        doc="How calls are divided within ``least_calls`` and ``most_calls``: ``in_steps`` drops all accounts that would get "
        "too few at once and loses what an account may not have; ``within_bounds`` serves as many as can have enough, and "
        "passes on what one may not have.",
        lever=True,
    )
    least_heard: int = param(
        10,
        unit="records",
        doc="Records that say what their customers buy from which a segment has a mean of its own; with fewer it is the mean of all.",
        bounds=(1, 10_000),
        lever=True,
    )

    scaling: Literal["ratio", "fit"] = param(
        "fit",
        unit="text",
        doc="How purchases from us are taken for purchases from anyone where only they are recorded: times the ``ratio`` of the "
        "two among accounts that have both, or by the straight line that fits these best, so that a small record does not mean a "
        "small customer.",
        lever=True,
    )

    refilled: float = param(
        0.5,
        unit="share",
        doc="A portfolio smaller than this part of an even one is filled up at the next plan, from the fullest.",
        bounds=(0, 1),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> Coverage:
        """Judge every known customer, then divide each territory's calls."""
        customers = seen.customers
        potential = self._believed_potential(customers, seen.segments)
        rep = np.full(len(customers.key), -1, dtype=np.int32)
        norm = np.zeros(len(customers.key), dtype=np.float32)
        lot = seen.luck.uniform(customers.key)
        for territory in np.unique(seen.rep_territory[seen.rep_active]):
            reps = np.flatnonzero(seen.rep_active & (seen.rep_territory == territory))
            rows = np.flatnonzero(customers.known & (customers.territory == territory) & (potential > 0))
            rows = rows[np.lexsort((lot[rows], -potential[rows] / customers.call_length[rows]))]
            total = float(seen.rep_calls[reps].sum())
            chased, kept = self._chase(customers, rows, self.prospects * total)
            rows = rows[~np.isin(rows, chased)]
            taken = (kept * customers.call_length[chased]).sum()
            calls = self._divide(potential[rows], customers.call_length[rows], total - taken)
            rows, calls = np.append(rows[: len(calls)], chased), np.append(calls, kept)
            rep[rows] = assign_reps(customers.key[rows], customers.rep[rows], reps, self.refilled)
            norm[rows] = calls
        return Coverage(rep=rep, norm=norm)

    def _chase(
        self, customers: CustomersSeen, rows: NDArray[np.int64], total: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The leading prospects among ``rows``, as many as ``total`` usual calls are enough for, and their calls: even parts."""
        chased = rows[customers.prospect[rows]][: int(total / self.least_calls)]
        time = float(customers.call_length[chased].sum())
        return chased, np.full(len(chased), min(total / max(time, 1.0), self.most_calls))

    def _believed_potential(self, customers: CustomersSeen, segments: int) -> NDArray[np.float64]:
        """Minor units a year per customer [N]: own record and segment mean, weighted."""
        scale = purchases_from_anyone if self.scaling == "ratio" else fitted_purchases
        own = scale(customers.potential, customers.value, np.isfinite(customers.recency))
        heard = customers.known & np.isfinite(own)
        label = customers.label.astype(np.int64)
        total = np.bincount(label[heard], weights=own[heard], minlength=segments + 1)
        count = np.bincount(label[heard], minlength=segments + 1)
        overall = total.sum() / max(count.sum(), 1)
        mean = np.where(count >= self.least_heard, total / np.maximum(count, 1), overall)[label]
        believed = np.where(heard, self.credibility * np.nan_to_num(own) + (1 - self.credibility) * mean, mean)
        known: NDArray[np.float64] = np.where(customers.known, believed, 0.0)
        return known

    def _divide(
        self, potential: NDArray[np.float64], length: NDArray[np.floating], total: float
    ) -> NDArray[np.float64]:
        """Calls for the leading accounts of a list sorted by falling potential per time; together as long as ``total`` usual calls."""
        if self.division == "within_bounds":
            bounds = (self.least_calls, self.most_calls)
            return allocate_within_bounds(potential, self.elasticity, total, *bounds, length)
        count = min(len(potential), int(total / self.least_calls / length.min(initial=1.0)))
        while count > 1:
            calls: NDArray[np.float64] = np.minimum(
                allocate_calls(potential[:count], self.elasticity, total, length[:count]), self.most_calls
            )
            served = int((calls >= self.least_calls).sum())
            if served == count:
                return calls
            count = max(served, 1)
        alone: NDArray[np.float64] = np.minimum(total / length[:count], self.most_calls)
        return alone
