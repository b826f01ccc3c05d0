"""Brand effort: how does a distributor divide its selling effort among the brands it carries?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.quantity import param
from sim.rules.answer_fields import Answer, Fault, answer_field
from sim.rules.rule import Rule
from sim.views import BrandsSeen, Floats


class BrandEffort(Answer):
    """Share of the distributor's selling effort that each brand gets; sums to 1 per distributor."""

    share: Floats = answer_field(
        "Part of the distributor's selling effort that each brand gets.",
        unit="share",
        shape=("distributors", "brands"),
        low=0,
        high=1,
    )

    def faults(self, market: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
        """Shares of a distributor that do not sum to 1."""
        total = self.share.sum(axis=1)
        if not np.allclose(total, 1.0):
            row = int(np.argmax(np.abs(total - 1.0)))
            yield Fault(f"share that sums to {total[row]:g}", "shares that sum to 1 for each distributor", row)


class BrandEffortRule(Rule):
    """The distributor's own choice, asked before the first week too, for what is usual."""

    question: ClassVar[str] = "brand_effort"
    actor: ClassVar[str] = "distributor"
    ordinary: ClassVar[str] = "logit"
    every: int = param(4, unit="weeks", doc="Weeks for which a distributor keeps its division.", bounds=(1, 520))

    @abstractmethod
    def answer(self, seen: BrandsSeen) -> BrandEffort:
        """Divide every distributor's effort."""
