"""Message by segment: each segment hears of what its own customers value, as far as a survey of needs knows."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.message.question import MessageRule, Messages, fit_for_served, stated_fits
from sim.views import FirmSeen


class MessageBySegment(MessageRule):
    """The attribute that fits best with the mean need stated in the segment; the rule believes its labels.

    A segment in which too few were asked gets the message for all, and so do customers without a segment.
    """

    kind: Literal["by_segment"] = "by_segment"
    least_asked: int = param(
        10,
        unit="customers/segment",
        doc="Customers of a segment who stated their needs from which it has a message of its own.",
        bounds=(1, 10_000),
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> Messages:
        """Mean fit by label, and the best of each."""
        groups = seen.segments + 1
        rows, fits = stated_fits(seen.customers)
        common = fit_for_served(seen.customers, rows, fits, self.least_asked)
        attribute = np.full(groups, -1 if common is None else common.argmax(), dtype=np.int64)
        fit = np.full(groups, 0.0 if common is None else common.max())
        label = seen.customers.label[rows]
        for segment in range(1, groups):
            inside = fits[label == segment]
            if len(inside) >= self.least_asked:
                mean = inside.mean(axis=0)
                attribute[segment], fit[segment] = mean.argmax(), mean.max()
        return Messages(attribute=attribute, fit=fit)
