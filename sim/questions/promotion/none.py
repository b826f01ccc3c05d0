"""No campaigns."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.promotion.question import Promotion, PromotionRule
from sim.views import FirmSeen


class NoPromotion(PromotionRule):
    """Nothing beyond the advertising budget."""

    kind: Literal["none"] = "none"
    idle: ClassVar[bool] = True

    def answer(self, seen: FirmSeen) -> Promotion:
        """No spending, no price-off."""
        territories = len(seen.sales)
        return Promotion(
            spend=np.zeros(territories, dtype=np.int64),
            information=np.zeros(territories),
            price_off=np.zeros((territories, seen.segments + 1)),
            offers=np.zeros((territories, len(seen.list_price)), dtype=np.bool_),
        )
