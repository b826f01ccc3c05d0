"""A reporting line set level by level: sales manager of the territory, marketing centre, headquarters of the companies."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.quantity import WEEKS_PER_YEAR, param
from sim.questions.gateway.question import LEVELS, Gateway, GatewayRule, Terms, line_of
from sim.views import FirmSeen

_EACH = (len(LEVELS), len(LEVELS))


class Chain(GatewayRule):
    """Every level has a delay, a loss, an error and a staff of its own; lists go from the territory upwards."""

    constant: ClassVar[bool] = True
    kind: Literal["chain"] = "chain"
    companies: int = param(
        1,
        unit="companies",
        doc="Offices that each ask reps for a set of forms of their own.",
        bounds=(1, 16),
        lever=True,
    )
    delay: tuple[int, ...] = param(
        (0, 1, 1), unit="weeks", doc="Weeks each level takes.", bounds=(0, 26), length=_EACH, lever=True
    )
    loss: tuple[float, ...] = param(
        (0.02, 0.02, 0.02), unit="share", doc="Reports each level loses.", bounds=(0, 1), length=_EACH, lever=True
    )
    noise: tuple[float, ...] = param(
        (0.0, 0.0, 0.1),
        unit="log sd",
        doc="Error each level adds to recorded purchases.",
        bounds=(0, 3),
        length=_EACH,
        lever=True,
    )
    staff: tuple[int, ...] = param(
        (0, 9_000_000, 3_000_000),
        unit="minor units/year",
        doc="Cost of the people of each level who collect and pass on.",
        bounds=(0, 10**12),
        length=_EACH,
        lever=True,
    )
    command_delay: tuple[int, ...] = param(
        (0, 0, 0),
        unit="weeks",
        doc="Weeks each level takes with a new call plan.",
        bounds=(0, 26),
        length=_EACH,
        lever=True,
    )

    def answer(self, seen: FirmSeen) -> Gateway:
        """The same terms everywhere; territories bear equal parts of the cost."""
        return line_of(
            len(seen.sales),
            Terms(self.delay, self.loss, self.noise),
            offices=self.companies,
            cost=sum(self.staff) / WEEKS_PER_YEAR,
            command_delay=sum(self.command_delay),
        )
