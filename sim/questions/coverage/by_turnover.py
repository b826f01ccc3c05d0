"""The product list sorted by turnover: reps serve the accounts that have bought most, all equally often."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.coverage.question import Coverage, CoverageRule
from sim.solvers.allocation import assign_reps
from sim.views import FirmSeen


class ByTurnover(CoverageRule):
    """Top accounts of each territory by recorded purchases from us; ties (those who never bought) at random."""

    kind: Literal["by_turnover"] = "by_turnover"
    accounts_per_rep: int = param(
        62, unit="accounts", doc="Accounts in a rep's portfolio.", bounds=(1, 10_000), lever=True
    )

    refilled: float = param(
        0.5,
        unit="share",
        doc="A portfolio smaller than this part of an even one is filled up at the next plan, from the fullest.",
        bounds=(0, 1),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> Coverage:
        """Sort, cut, and share each territory's time for calls so that its accounts are called on equally often."""
        customers = seen.customers
        rep = np.full(len(customers.key), -1, dtype=np.int32)
        norm = np.zeros(len(customers.key), dtype=np.float32)
        lot = seen.luck.uniform(customers.key)
        for territory in np.unique(seen.rep_territory[seen.rep_active]):
            reps = np.flatnonzero(seen.rep_active & (seen.rep_territory == territory))
            rows = np.flatnonzero(customers.known & (customers.territory == territory))
            order = np.lexsort((lot[rows], -customers.value[rows]))
            rows = rows[order[: self.accounts_per_rep * len(reps)]]
            if len(rows) == 0:
                continue
            rep[rows] = assign_reps(customers.key[rows], customers.rep[rows], reps, self.refilled)
            norm[rows] = seen.rep_calls[reps].sum() / customers.call_length[rows].sum()
        return Coverage(rep=rep, norm=norm)
