"""Order-up-to: raise stock on hand and on order to what the lead time and a safety stock ask for."""

from __future__ import annotations

from typing import Literal

from sim.quantity import param
from sim.questions.ordering.question import OrderingRule, Orders
from sim.solvers.order_rules import order_up_to, order_up_to_level
from sim.views import DistributorSeen


class OrderUpTo(OrderingRule):
    """Target = (cover + extra cover)·forecast + z·deviation·√cover (Chen et al. 2000)."""

    kind: Literal["order_up_to"] = "order_up_to"
    safety_factor: float = param(1.645, unit="sd", doc="z of the wanted cycle service.", bounds=(-5, 6), soft=(0.5, 3))
    extra_cover: float = param(
        1.5, unit="weeks", doc="Weeks of sales kept on display and as assortment.", bounds=(0, 52)
    )

    def answer(self, seen: DistributorSeen) -> Orders:
        """Order what is missing to the target."""
        target = order_up_to_level(seen.expected, seen.deviation, seen.cover[:, None], self.safety_factor)
        position = seen.on_hand + seen.on_order - seen.owed
        return Orders(quantity=order_up_to(target + self.extra_cover * seen.expected, position))
