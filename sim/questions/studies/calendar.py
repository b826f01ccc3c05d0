"""A calendar of studies: the same samples in every territory at fixed intervals."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.studies.question import Studies, StudiesRule, StudyKind
from sim.views import FirmSeen


class StudyCalendar(StudiesRule):
    """Every ``interval`` weeks, so many customers per territory; a sample of 0 leaves the study out."""

    kind: Literal["calendar"] = "calendar"
    start: int = param(1, unit="week", doc="Week of the first studies, from 1.", bounds=(1, 10_000), lever=True)
    interval: int = param(
        26, unit="weeks", doc="Weeks from one round of studies to the next.", bounds=(1, 10_000), lever=True
    )
    usage: int = param(
        50,
        unit="customers/territory",
        doc="Sample of the usage and attitude survey.",
        bounds=(0, 1_000_000),
        lever=True,
    )
    tracker: int = param(
        0, unit="customers/territory", doc="Sample of the brand tracker.", bounds=(0, 1_000_000), lever=True
    )
    price: int = param(
        0, unit="customers/territory", doc="Sample of the price study.", bounds=(0, 1_000_000), lever=True
    )
    needs: int = param(
        0, unit="customers/territory", doc="Sample of the survey of needs.", bounds=(0, 1_000_000), lever=True
    )
    rivals: int = param(
        0, unit="price lists/territory", doc="Rivals' price lists noted.", bounds=(0, 1_000_000), lever=True
    )

    def answer(self, seen: FirmSeen) -> Studies:
        """The calendar's round, or nothing in other weeks."""
        since = seen.week + 1 - self.start
        due = since >= 0 and since % self.interval == 0
        sample = np.zeros(len(StudyKind), dtype=np.int64)
        for kind, size in (
            (StudyKind.USAGE, self.usage),
            (StudyKind.TRACKER, self.tracker),
            (StudyKind.PRICE, self.price),
            (StudyKind.NEEDS, self.needs),
            (StudyKind.RIVALS, self.rivals),
        ):
            sample[kind] = size * due
        return Studies(sample=np.tile(sample, (len(seen.sales), 1)))
