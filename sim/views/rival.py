"""What rival brands see."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.view import Counted, Floats, Ints, Luck, View

#: Weeks since the last order of a customer who never ordered, as far as is known.
NEVER_ORDERED = 30_000


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
    share_lost: Floats  # [rival offers] of its brand, see RivalStandingSeen


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
    share_lost: Floats  # [F] see RivalStandingSeen


@dataclass(frozen=True)
class RivalStandingSeen(View):
    """How rival brands stand against what they hold for usual, some weeks ago and with an error; negative where they gained."""

    SIZES = MappingProxyType({"rival brands": Counted("key")})

    week: int
    luck: Luck
    key: Ints  # [F] stable id of the brand
    share_lost: Floats  # [F] part of the usual share of sales that is gone
    effort_lost: Floats  # [F] part of the usual share of distributors' effort that is gone
    margin: Floats  # [F] what distributors keep on its offers beyond the usual, share of price


@dataclass(frozen=True)
class RivalForceSeen(View):
    """What rival brands see of the accounts that their reps call on: what they sold there, as far and as late as they hear.

    Nothing is known of purchases from others, ours included, and nothing of our calls.
    """

    SIZES = MappingProxyType({"rival brands": Counted("brand_key"), "rival accounts": Counted("key")})

    week: int
    luck: Luck
    brand_key: Ints  # [F] stable id of the brand
    usual_calls: Floats  # [F] calls a week by plan
    share_lost: Floats  # [F] see RivalStandingSeen
    key: Ints  # [A] stable id of the customer; an account is a customer on the list of one brand
    brand: Ints  # [A] row of the brand
    potential: Floats  # [A] what the brand expects it to buy from anyone, minor units a year
    bought: Floats  # [A] what it buys of the brand, minor units a year
    ordered: Floats  # [A] orders of it a year, averaged
    since_order: (
        Ints  # [A] weeks from its last order to the last week heard of; NEVER_ORDERED for one that never bought
    )
