"""Portfolios as they are: reps keep the accounts they have; those of a rep who left wait for the successor or are redistributed."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.coverage.question import Coverage, CoverageRule
from sim.solvers.allocation import assign_reps
from sim.views import FirmSeen


class Portfolios(CoverageRule):
    """Keep today's accounts; divide each rep's calls equally among them, or in proportion to recorded purchases."""

    kind: Literal["portfolios"] = "portfolios"
    by_value: float = param(
        0.0,
        unit="exponent",
        doc="Calls rise with recorded purchases to this power; 0 calls on all equally.",
        bounds=(0, 2),
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
        """Take over the portfolios and divide every rep's calls."""
        customers = seen.customers
        rep = np.full(len(customers.key), -1, dtype=np.int32)
        norm = np.zeros(len(customers.key), dtype=np.float32)
        for territory in np.unique(seen.rep_territory[seen.rep_active]):
            reps = np.flatnonzero(seen.rep_active & (seen.rep_territory == territory))
            rows = np.flatnonzero((customers.rep >= 0) & (customers.territory == territory))
            rep[rows] = assign_reps(customers.key[rows], customers.rep[rows], reps, self.refilled)
            weight = np.maximum(customers.value[rows].astype(np.float64), 1.0) ** self.by_value
            time = weight * customers.call_length[rows]
            total = np.bincount(rep[rows], weights=time, minlength=len(seen.rep_calls))
            norm[rows] = seen.rep_calls[rep[rows]] * weight / total[rep[rows]]
        return Coverage(rep=rep, norm=norm)
