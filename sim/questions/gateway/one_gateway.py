"""One information gateway: the marketing centre's information section collects once for all companies."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.gateway.question import Gateway, GatewayRule, in_parts, line_of
from sim.views import FirmSeen

#: Territory and centre; the headquarters of all companies read what the centre keeps.
_LEVELS = 2


class OneGateway(GatewayRule):
    """One owner, one set of forms, a staffed section that passes reports on quickly."""

    constant: ClassVar[bool] = True
    kind: Literal["one_gateway"] = "one_gateway"
    delay: int = param(1, unit="weeks", doc="From the field to the database.", bounds=(0, 26), lever=True)
    loss: float = param(0.02, unit="share", doc="Reports that get lost on the way.", bounds=(0, 1), lever=True)
    staff: int = param(
        18_000_000, unit="minor units/year", doc="Cost of the information section.", bounds=(0, 10**12), lever=True
    )
    command_delay: int = param(
        0, unit="weeks", doc="From the section's desk to the reps for a new call plan.", bounds=(0, 26), lever=True
    )

    def answer(self, seen: FirmSeen) -> Gateway:
        """The same terms everywhere; territories bear equal parts of the cost."""
        return line_of(
            len(seen.sales),
            in_parts(_LEVELS, delay=self.delay, loss=self.loss, noise=0.0),
            offices=1,
            cost=self.staff / WEEKS_PER_YEAR,
            command_delay=self.command_delay,
        )
