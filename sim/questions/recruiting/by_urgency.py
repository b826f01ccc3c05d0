"""By urgency: advertise as long as few positions are vacant, call an agency where many are."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.recruiting.question import CHANNELS, INTERVIEWS, Recruiting, RecruitingRule
from sim.views import FirmSeen


class ByUrgency(RecruitingRule):
    """The channel of a territory follows its vacancies; the process is the same everywhere."""

    kind: Literal["by_urgency"] = "by_urgency"
    urgent_at: float = param(
        0.2,
        unit="share",
        doc="Share of the scenario's positions vacant from which on an agency is called.",
        bounds=(0, 1),
    )
    interview: Literal["unstructured", "structured", "work_sample", "knowledge"] = param(
        "unstructured", unit="text", doc="How applicants are assessed.", lever=True
    )
    care: float = param(
        0.5, unit="manager's hours/applicant", doc="Time for treating applicants as guests.", bounds=(0, 10), lever=True
    )

    def answer(self, seen: FirmSeen) -> Recruiting:
        """An agency where the share of vacant positions is urgent."""
        one = np.ones(len(seen.sales))
        filled = np.bincount(seen.rep_territory[seen.rep_active], minlength=len(one))
        vacant = 1.0 - filled / np.maximum(seen.positions, 1)
        return Recruiting(
            channel=np.where(vacant >= self.urgent_at, CHANNELS.index("agency"), CHANNELS.index("advertised")),
            interview=np.full(len(one), INTERVIEWS.index(self.interview)),
            care=one * self.care,
            maturity_weight=one * 0.0,
        )
