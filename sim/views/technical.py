"""What the service and technical departments see."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.view import Counted, Floats, Ints, Luck, View


@dataclass(frozen=True)
class ServiceSeen(View):
    """What the service department sees by territory: its own engineers, requests and open jobs – not what is about to fail."""

    SIZES = MappingProxyType(
        {
            "territories": Counted("key"),
            "price groups": Counted("segments", more=1),
        }
    )

    week: int
    luck: Luck
    key: Ints  # [T] stable id
    engineers: Floats  # [T] heads last week
    requests: Floats  # [T] repairs and installations asked for a week, smoothed
    open: Ints  # [T] jobs that wait
    job_hours: Floats  # [T] hours of a usual job, travel included
    week_hours: float  # hours a week of one engineer
    segments: int  # labels in use; label 0 is "no segment"


@dataclass(frozen=True)
class TechnicalSeen(View):
    """What the technical department sees: problems as far as they were reported, and what it infers from their number."""

    SIZES = MappingProxyType({"territories": Counted("key")})

    week: int
    luck: Luck
    key: Ints  # [T] stable id of the territory
    engineers: Floats  # [T] service engineers, heads
    reports: int  # problems reported so far
    believed_mtbf: float  # hours between failures as estimated from the reports alone
    believed_shape: float  # β of their growth curve: below 1 the design seems to improve
