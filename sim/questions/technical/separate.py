"""A technical department of its own: it hears of the field late, in part, and on paper."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.technical.question import Technical, TechnicalRule
from sim.views import TechnicalSeen


class Separate(TechnicalRule):
    """Design and sales are apart: few problems are written up, and no engineer works on them with the designers."""

    constant: ClassVar[bool] = True
    kind: Literal["separate"] = "separate"
    report_share: float = param(
        0.2, unit="share", doc="Repairs whose problem the engineer writes up.", bounds=(0, 1), lever=True
    )
    delay: int = param(13, unit="weeks", doc="From the field to the designer.", bounds=(0, 104), lever=True)
    staff: int = param(
        16_000_000, unit="minor units/year", doc="Cost of the designers in charge.", bounds=(0, 10**12), lever=True
    )

    def answer(self, seen: TechnicalSeen) -> Technical:
        """The same terms everywhere; territories bear equal parts of the cost."""
        one = np.ones(len(seen.key), dtype=np.int64)
        return Technical(
            report_share=one * self.report_share,
            delay=one * self.delay,
            analysis_hours=one * 0.0,
            training_hours=one * 0.0,
            cost=one * round(self.staff / WEEKS_PER_YEAR / len(one)),
        )
