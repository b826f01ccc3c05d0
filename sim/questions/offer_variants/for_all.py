"""One variant for all: our offers are adapted for what the customers whom reps serve value most."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.message.question import fit_for_served, stated_fits
from sim.questions.offer_variants.question import OfferVariantRule, OfferVariants
from sim.views import FirmSeen


class VariantForAll(OfferVariantRule):
    """The attribute that fits best with the mean need stated by customers whom reps serve; none before a survey of needs."""

    kind: Literal["for_all"] = "for_all"
    least_asked: int = param(
        10,
        unit="customers",
        doc="Served customers who stated their needs from which offers are adapted.",
        bounds=(1, 10_000),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> OfferVariants:
        """The same for every segment."""
        groups = seen.segments + 1
        rows, fits = stated_fits(seen.customers)
        fit = fit_for_served(seen.customers, rows, fits, self.least_asked)
        best, gain = (-1, 0.0) if fit is None or len(fit) == 0 else (int(fit.argmax()), float(fit.max()))
        return OfferVariants(attribute=np.full(groups, best, dtype=np.int64), fit=np.full(groups, gain))
