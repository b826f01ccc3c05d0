"""A fixed staff: as many service engineers in every territory, first come first served."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from sim.quantity import param
from sim.questions.service.question import Service, ServiceRule
from sim.views import ServiceSeen


class FixedStaff(ServiceRule):
    """The same heads everywhere, whatever the load."""

    constant: ClassVar[bool] = True
    kind: Literal["fixed_staff"] = "fixed_staff"
    engineers: float = param(
        1.5, unit="heads/territory", doc="Service engineers of each territory.", bounds=(0, 1000), lever=True
    )

    def answer(self, seen: ServiceSeen) -> Service:
        """No customer has priority."""
        territories = len(seen.key)
        return Service(
            engineers=np.full(territories, self.engineers), priority=np.zeros((territories, 1 + seen.segments))
        )
