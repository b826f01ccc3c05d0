"""Variants by segment: each segment is offered more of what its own customers value, as far as a survey of needs knows."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.message.question import stated_fits
from sim.questions.offer_variants.question import OfferVariantRule, OfferVariants
from sim.views import FirmSeen


class VariantsBySegment(OfferVariantRule):
    """The attribute that fits best with the mean need stated in the segment, where it fits well enough to be worth a variant.

    Other segments, those in which too few were asked, and customers without a segment get our offers as they are.
    The rule believes its labels.
    """

    kind: Literal["by_segment"] = "by_segment"
    least_fit: float = param(
        0.1,
        unit="utility",
        doc="Mean fit of a variant with a segment from which it is offered there.",
        bounds=(0, 10),
        soft=(0, 1),
        lever=True,
    )
    least_asked: int = param(
        10,
        unit="customers/segment",
        doc="Customers of a segment who stated their needs from which it can have a variant.",
        bounds=(1, 10_000),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> OfferVariants:
        """Mean fit by label, and the best of each."""
        groups = seen.segments + 1
        attribute, fit = np.full(groups, -1, dtype=np.int64), np.zeros(groups)
        rows, fits = stated_fits(seen.customers)
        label = seen.customers.label[rows]
        for segment in range(1, groups):
            inside = fits[label == segment]
            if len(inside) < self.least_asked or inside.shape[1] == 0:
                continue
            mean = inside.mean(axis=0)
            if mean.max() > self.least_fit:
                attribute[segment], fit[segment] = mean.argmax(), mean.max()
        return OfferVariants(attribute=attribute, fit=fit)
