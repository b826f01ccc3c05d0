"""What rival brands see."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.view import Counted, Floats, Ints, Luck, View


@dataclass(frozen=True)
class CompetitorSeen(View):
    """What rival brands see: own prices and costs, and market shares with a lag."""

    SIZES = MappingProxyType({"rival offers": Counted("key")})

    week: int
    luck: Luck
    key: Ints  # [rival offers] stable id
    price: Floats  # [rival offers] relative to the category's reference price
    unit_cost: Floats  # [rival offers] on the same scale
    share: Floats  # [rival offers] believed share of the category's occasions on which the offer is bought
    price_sensitivity: Floats  # [rival offers] mean sensitivity of customers by the brand's own study, with its error


@dataclass(frozen=True)
class RivalBrandsSeen(View):
    """What rival brands see when they plan advertising and campaigns: where customers are, and our campaigns with a lag."""

    SIZES = MappingProxyType(
        {
            "rival brands": Counted("key"),
            "territories": Counted("customers"),
        }
    )

    week: int
    luck: Luck
    key: Ints  # [F] stable id of the brand
    customers: Ints  # [T] as public registers count them
    usual: Floats  # [F, T] usual advertising, minor units a week, by these counts
    campaigns_seen: Ints  # [F, T] each rival's estimate of what we spent on campaigns some weeks ago, minor units
