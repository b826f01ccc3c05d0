"""Defend: rivals shift calls to accounts that stopped buying, and add calls while they have lost share."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.rival_force.question import RivalCalls, RivalForceRule
from sim.solvers.allocation import allocate_by_group
from sim.views import NEVER_ORDERED, RivalForceSeen


class DefendAccounts(RivalForceRule):
    """As steady, with more weight on accounts that are overdue, and more calls the more of the usual share is gone.

    An account is overdue when it has not ordered for ``overdue`` of its usual intervals, by the rival's own sales;
    whether it buys from us or from no one, the rival does not know.
    """

    kind: Literal["defend"] = "defend"
    elasticity: float = param(
        0.31,
        unit="1",
        doc="Elasticity of an account's purchases to calls that rivals plan with.",
        bounds=(0, 0.95),
        source="Albers, Mantrala & Sridhar 2010",
    )
    most: float = param(1.0, unit="calls/week", doc="Most calls on one account.", bounds=(0.01, 50))
    overdue: float = param(
        2.0, unit="usual intervals", doc="Time without an order after which an account counts as lost.", bounds=(1, 20)
    )
    priority: float = param(
        3.0, unit="ratio", doc="Weight of a lost account's potential relative to others'.", bounds=(0.1, 100)
    )
    tolerance: float = param(0.05, unit="share", doc="Loss of the usual share that is not answered.", bounds=(0, 1))
    per_loss: float = param(
        2.0,
        unit="ratio",
        doc="Calls added for each part of the usual share lost, as parts of usual calls.",
        bounds=(0, 20),
    )
    most_added: float = param(
        0.5, unit="share", doc="Most calls added, as a share of the usual ones.", bounds=(0, 5), soft=(0, 1)
    )

    def answer(self, seen: RivalForceSeen) -> RivalCalls:
        """Divide usual and added calls of every brand, lost accounts first."""
        bought = (seen.ordered > 0) & (seen.since_order < NEVER_ORDERED)
        lost = bought & (seen.since_order * seen.ordered > self.overdue * WEEKS_PER_YEAR)
        added = np.clip(self.per_loss * (seen.share_lost - self.tolerance), 0.0, self.most_added)
        worth = np.where(lost, self.priority, 1.0) * seen.potential
        total = seen.usual_calls * (1.0 + added)
        return RivalCalls(calls=allocate_by_group(worth, seen.brand, total, self.elasticity, self.most))
