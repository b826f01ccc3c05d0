"""Hold: a competitor keeps its price."""

from __future__ import annotations

from typing import Literal

from sim.questions.rival_price.question import RivalPriceRule, RivalPrices
from sim.views import CompetitorSeen


class Hold(RivalPriceRule):
    """No reaction at all."""

    kind: Literal["hold"] = "hold"

    def answer(self, seen: CompetitorSeen) -> RivalPrices:
        """The price of last week."""
        return RivalPrices(price=seen.price)
