"""No variants: everyone is offered the same."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.questions.offer_variants.question import OfferVariantRule, OfferVariants
from sim.views import FirmSeen


class NoVariants(OfferVariantRule):
    """Our offers as they are."""

    kind: Literal["none"] = "none"
    idle: ClassVar[bool] = True

    def answer(self, seen: FirmSeen) -> OfferVariants:
        """No attribute for anyone."""
        groups = seen.segments + 1
        return OfferVariants(attribute=np.full(groups, -1, dtype=np.int64), fit=np.zeros(groups))
