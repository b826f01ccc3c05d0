"""Staff by load: as many service engineers as the requests of a territory need, with a reserve, and segments by their level."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.quantity import param
from sim.questions.service.question import Service, ServiceRule
from sim.views import ServiceSeen


class ServiceLevel(ServiceRule):
    """Follows requests and queues; keeps its people while they are neither too few nor far too many."""

    kind: Literal["service_level"] = "service_level"
    reserve: float = param(
        0.25,
        unit="share",
        doc="Hours beyond those that usual requests take.",
        bounds=(0, 5),
        soft=(0.05, 1),
        lever=True,
    )
    clear_weeks: float = param(
        4.0, unit="weeks", doc="Weeks in which a queue is to be worked off.", bounds=(1, 52), lever=True
    )
    tolerance: float = param(
        0.25,
        unit="share",
        doc="Staff may be off the mark by this much before it is changed.",
        bounds=(0, 0.9),
        lever=True,
    )
    least: float = param(
        0.5, unit="heads/territory", doc="Engineers of a territory at least.", bounds=(0, 100), lever=True
    )
    levels: list[float] = param(
        [],
        unit="rank",
        doc="Service level of segments 1, 2, …: higher ones are served first; customers without a segment have 0.",
        bounds=(-100, 100),
        lever=True,
        length=(0, 64),
    )

    def answer(self, seen: ServiceSeen) -> Service:
        """Heads for the hours that requests and queue will take a week."""
        jobs = seen.requests * (1.0 + self.reserve) + np.maximum(seen.open - seen.requests, 0.0) / self.clear_weeks
        needed = np.maximum(jobs * seen.job_hours / max(seen.week_hours, 1e-9), self.least)
        kept = np.abs(seen.engineers - needed) <= self.tolerance * needed
        priority = np.zeros((len(seen.key), 1 + seen.segments))
        count = min(seen.segments, len(self.levels))
        priority[:, 1 : 1 + count] = self.levels[:count]
        return Service(engineers=np.where(kept, seen.engineers, np.minimum(needed, 1000.0)), priority=priority)
