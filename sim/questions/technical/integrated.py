"""Technical and sales sides merged: problems reach designers quickly, engineers help to understand them and train the reps."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.technical.question import Technical, TechnicalRule
from sim.views import TechnicalSeen


class Integrated(TechnicalRule):
    """One department for design, service and sales support; pays for it in engineers' hours and in coordination."""

    kind: Literal["integrated"] = "integrated"
    report_share: float = param(
        0.8, unit="share", doc="Repairs whose problem the engineer writes up.", bounds=(0, 1), lever=True
    )
    delay: int = param(2, unit="weeks", doc="From the field to the designer.", bounds=(0, 104), lever=True)
    analysis_hours: float = param(
        6.0,
        unit="hours/territory/week",
        doc="Service engineers' hours for the analysis of problems with designers.",
        bounds=(0, 1000),
        lever=True,
    )
    training_hours: float = param(
        0.5, unit="hours/week", doc="Joint training of the reps by a service engineer.", bounds=(0, 20), lever=True
    )
    enough: float = param(
        20_000.0,
        unit="hours",
        doc="Believed time between failures from which no more hours go into analysis.",
        bounds=(0, 1e12),
        lever=True,
    )
    staff: int = param(
        16_000_000, unit="minor units/year", doc="Cost of the designers in charge.", bounds=(0, 10**12), lever=True
    )
    coordination: int = param(
        8_000_000,
        unit="minor units/year",
        doc="Cost of working together: meetings, travel of designers, a coordinator.",
        bounds=(0, 10**12),
        lever=True,
    )

    def answer(self, seen: TechnicalSeen) -> Technical:
        """The same terms everywhere; analysis ends where the design seems good enough."""
        one = np.ones(len(seen.key), dtype=np.int64)
        analysis = self.analysis_hours if seen.believed_mtbf < self.enough else 0.0
        return Technical(
            report_share=one * self.report_share,
            delay=one * self.delay,
            analysis_hours=one * analysis,
            training_hours=one * self.training_hours,
            cost=one * round((self.staff + self.coordination) / WEEKS_PER_YEAR / len(one)),
        )
