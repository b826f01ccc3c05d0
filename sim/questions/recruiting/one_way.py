"""One way: every vacancy is filled by the same channel and the same process."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import param
from sim.questions.recruiting.question import CHANNELS, INTERVIEWS, Recruiting, RecruitingRule
from sim.views import FirmSeen


class OneWay(RecruitingRule):
    """A channel, an interview and hours of care per applicant."""

    constant: ClassVar[bool] = True
    kind: Literal["one_way"] = "one_way"
    channel: Literal["advertised", "referral", "agency"] = param(
        "advertised", unit="text", doc="Where applicants come from.", lever=True
    )
    interview: Literal["unstructured", "structured", "work_sample", "knowledge"] = param(
        "unstructured", unit="text", doc="How applicants are assessed.", lever=True
    )
    care: float = param(
        0.5,
        unit="manager's hours/applicant",
        doc="Time for treating applicants as guests: answers, a tour, a clear process.",
        bounds=(0, 10),
        lever=True,
    )
    maturity_weight: float = param(
        0.0, unit="sd per sd", doc="Weight of maturity relative to ability in the ranking.", bounds=(0, 5), lever=True
    )

    def answer(self, seen: FirmSeen) -> Recruiting:
        """The same everywhere."""
        one = np.ones(len(seen.sales))
        return Recruiting(
            channel=np.full(len(one), CHANNELS.index(self.channel)),
            interview=np.full(len(one), INTERVIEWS.index(self.interview)),
            care=one * self.care,
            maturity_weight=one * self.maturity_weight,
        )
