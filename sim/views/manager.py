"""What sales managers see."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.view import Counted, Floats, Ints, Luck, View


@dataclass(frozen=True)
class ManagerSeen(View):
    """What sales managers see: their team's size and their own hours."""

    SIZES = MappingProxyType({"teams": Counted("key")})

    week: int
    luck: Luck
    key: Ints  # [M] number of the team
    team_territory: Ints  # [M] territory of most of the team
    span: Ints  # [M] filled positions in the team
    hours: Floats  # [M] hours a week
    plan_gap: Floats  # [M] calls short of plan as a share of plan, by travel claims and forms; 0 in the first week
    past_gaps: Floats  # [26, M] the same by weeks ago, last week first; 0 for weeks before the first
