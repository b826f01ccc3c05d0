"""What production planning sees."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.view import Counted, Floats, Ints, Luck, View


@dataclass(frozen=True)
class PlantSeen(View):
    """What production planning sees: plant stock, orders of distributors and, where shared, their sell-out."""

    SIZES = MappingProxyType({"own offers": Counted("on_hand")})

    week: int
    luck: Luck
    on_hand: Ints  # [own offers]
    in_production: Ints  # [own offers]
    owed: Ints  # [own offers] units ordered from the plant and not shipped yet
    expected: Floats  # [own offers] forecast of distributors' orders, units a week
    deviation: Floats  # [own offers] standard deviation of its error
    shared_expected: Floats  # [own offers] forecast of sell-out from the distributors who share, scaled to all
    shared_deviation: Floats  # [own offers] standard deviation of its error
    shared_share: float  # share of distributors' volume that is shared
    cover: float  # weeks that a production order has to cover
    capacity: (
        Floats  # [own offers] units a week in regular hours if its plant made nothing else; infinite without a limit
    )
