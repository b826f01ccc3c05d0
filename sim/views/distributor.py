"""What distributors see: their own stock and orders, and the brands they carry."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.view import Counted, Floats, Ints, Luck, View


@dataclass(frozen=True)
class DistributorSeen(View):
    """What distributors see: their own stock, orders and sales by own-brand offer."""

    SIZES = MappingProxyType(
        {
            "distributors": Counted("key"),
            "own offers": Counted("on_hand", axis=1),
        }
    )

    week: int
    luck: Luck
    key: Ints  # [D] stable id
    territory: Ints  # [D]
    on_hand: Ints  # [D, own offers] units
    on_order: Ints  # [D, own offers] units
    owed: Ints  # [D, own offers] units that waiting customers and sub-distributors are still to get
    expected: Floats  # [D, own offers] forecast of demand, units a week
    deviation: Floats  # [D, own offers] standard deviation of its error, units a week
    cover: Floats  # [D] weeks that an order has to cover: lead time and order cycle
    wholesale: Ints  # [D, own offers] what the distributor pays its supplier for a unit, minor units
    purchases: Floats  # [D] purchases from its supplier a week, minor units, smoothed
    trust: Floats  # [D] 0..1
    reserve: Floats  # [D] 0..1, how reluctant it is to show its data, as a rank among all distributors there could be
    sharing_payment: Ints  # [D] offered a week for sell-out data, minor units
    direct_sales_share: Floats  # [D] share of the territory that the manufacturer serves itself
    list_price: Ints  # [D, own offers] price charged by the manufacturer to those it supplies itself, minor units


@dataclass(frozen=True)
class BrandsSeen(View):
    """What distributors see of the brands they carry: what each sells and earns them, and their trust in the manufacturer.

    Every distributor carries all offers of the market.
    """

    SIZES = MappingProxyType(
        {
            "distributors": Counted("key"),
            "brands": Counted("brands"),
        }
    )

    week: int
    luck: Luck
    key: Ints  # [D] stable id
    territory: Ints  # [D]
    brands: int  # number of brands
    own_brand: int  # row of the manufacturer's brand
    offer_brand: Ints  # [J] row of the offer's brand
    turnover: Floats  # [D, J] sell-out to its customers a week at retail price, minor units, smoothed
    margin: Floats  # [D, J] share of the retail price that stays with the distributor
    trust: Floats  # [D] 0..1, in the manufacturer
    usual_trust: float  # 0..1, trust in a maker without a shared history
