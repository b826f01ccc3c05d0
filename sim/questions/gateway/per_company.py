"""Every company collects for itself: double work for reps, slow and contradicting records."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.gateway.question import LEVELS, Gateway, GatewayRule, in_parts, line_of
from sim.views import FirmSeen


class PerCompany(GatewayRule):
    """Each product company asks reps for its own forms and keeps its own list."""

    constant: ClassVar[bool] = True
    kind: Literal["per_company"] = "per_company"
    companies: int = param(
        2, unit="companies", doc="Companies that collect for themselves.", bounds=(1, 16), lever=True
    )
    delay: int = param(
        4, unit="weeks", doc="From the field to a list that headquarters can use.", bounds=(0, 26), lever=True
    )
    loss: float = param(0.15, unit="share", doc="Reports that never reach headquarters.", bounds=(0, 1), lever=True)
    contradiction: float = param(
        0.3, unit="log sd", doc="Error that contradicting lists add to recorded purchases.", bounds=(0, 3), lever=True
    )
    staff: int = param(
        3_000_000, unit="minor units/year", doc="Clerical cost of one company's lists.", bounds=(0, 10**12), lever=True
    )
    command_delay: int = param(
        0, unit="weeks", doc="From the companies' desks to the reps for a new call plan.", bounds=(0, 26), lever=True
    )

    def answer(self, seen: FirmSeen) -> Gateway:
        """The same terms everywhere; territories bear equal parts of the cost."""
        return line_of(
            len(seen.sales),
            in_parts(len(LEVELS), delay=self.delay, loss=self.loss, noise=self.contradiction),
            offices=self.companies,
            cost=self.companies * self.staff / WEEKS_PER_YEAR,
            command_delay=self.command_delay,
        )
