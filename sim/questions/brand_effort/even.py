"""Even: every brand gets the same part of the effort, whatever it pays."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.questions.brand_effort.question import BrandEffort, BrandEffortRule
from sim.views import BrandsSeen


class Even(BrandEffortRule):
    """Equal shares: neither pay nor trust moves effort."""

    kind: Literal["even"] = "even"

    def answer(self, seen: BrandsSeen) -> BrandEffort:
        """Divide by the number of brands."""
        return BrandEffort(share=np.full((len(seen.key), seen.brands), 1.0 / seen.brands))
