"""Effort at quadratic cost: what pays, what is seen and what a rep wants anyway."""

from __future__ import annotations

from typing import Literal

from sim.quantity import param
from sim.questions.effort.question import Effort, EffortRule
from sim.solvers.effort import choose_effort
from sim.views import RepSeen


class QuadraticCost(EffortRule):
    """e = (motivation/c)·(own drive + variable share of pay + shown × consequence), at most 1.

    What is shown of the work m that supervision sees is m·(1 − concealment·m): the closer people are watched, the more
    of what is seen is put on for show.
    """

    kind: Literal["quadratic_cost"] = "quadratic_cost"
    cost: float = param(1.0, unit="1", doc="Slope c of the marginal cost of effort.", bounds=(0.1, 20), soft=(0.5, 2))
    own_drive: float = param(
        0.7, unit="1", doc="Effort a rep of reference motivation gives without pay or supervision.", bounds=(0, 1)
    )
    consequence: float = param(
        0.25, unit="1", doc="What being seen at work is worth, on the scale of expected pay.", bounds=(0, 5)
    )

    concealment: float = param(
        0.5,
        unit="share",
        doc="Part of what supervision sees that is put on for show when all work is seen.",
        bounds=(0, 1),
    )

    def answer(self, seen: RepSeen) -> Effort:
        """Solve every rep's first-order condition."""
        shown = seen.observed * (1.0 - self.concealment * seen.observed)
        effort = choose_effort(
            seen.motivation, self.cost, seen.commission_share, shown, self.consequence, self.own_drive
        )
        return Effort(effort=effort)
