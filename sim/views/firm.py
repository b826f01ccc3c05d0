"""What headquarters sees of its market, its distributors and its reps."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sim.views.customers import CustomersSeen
from sim.views.view import Bools, Counted, Floats, Ints, Luck, View


@dataclass(frozen=True)
class FirmSeen(View):
    """What headquarters sees: its database, its own head count and prices, reported sales."""

    SIZES = MappingProxyType(
        {
            "customers": Counted("customers"),
            "territories": Counted("sales"),
            "reps": Counted("rep_key"),
            "own offers": Counted("list_price"),
            "price groups": Counted("segments", more=1),
            "attributes": Counted("attribute_names"),
        }
    )

    week: int
    luck: Luck
    customers: CustomersSeen
    rep_key: Ints  # [R] stable id
    rep_territory: Ints  # [R]
    rep_active: Bools  # [R] filled positions
    rep_calls: Floats  # [R] calls of usual length a week by travel claims, which are paid per call, smoothed
    positions: Ints  # [T] positions of the sales force as the scenario gives it
    sales: Floats  # [T] sell-in a week by territory, minor units, smoothed
    list_price: Ints  # [own offers] minor units
    unit_cost: Ints  # [own offers] minor units
    segments: int  # labels in use; label 0 is "no segment"
    offer_names: tuple[str, ...]  # [own offers]
    attribute_names: tuple[str, ...]  # attributes in which offers differ
    counted: Ints  # [T] customers, by registers or as last surveyed
    potential: Floats  # [T] believed purchases of all customers from anyone a year, minor units
    aware_share: Floats  # [T] customers who know us, as last studied; NaN where never
    usage_share: Floats  # [T] customers who use us, as last studied; NaN where never
    price_sensitivity: Floats  # [T] mean utility per relative price, as last studied; NaN where never
    rival_price: Floats  # [T, rival offers] relative to the reference price, as last noted; NaN where never
    rival_price_usual: Floats  # [T, rival offers] what the firm considers usual; NaN where never noted


@dataclass(frozen=True)
class TruthSeen(FirmSeen):
    """What nobody can see: the latent state of customers. For oracles only, which bound what knowledge is worth."""

    true_type: Ints  # [N]
    true_value: Floats  # [N] expected purchases from anyone a year, minor units


@dataclass(frozen=True)
class PartnersSeen(View):
    """What the firm knows of its distributors: where they are, what they buy from it, and what is agreed on data.

    Their stock, their forecasts and their trust are their own; what they sell is known only from those who share it.
    """

    SIZES = MappingProxyType({"distributors": Counted("key")})

    week: int
    luck: Luck
    key: Ints  # [D] stable id
    territory: Ints  # [D]
    purchases: Floats  # [D] purchases from the firm a week, minor units, smoothed; 0 for those who buy from another
    supplier: Ints  # [D] row of the distributor that supplies it, -1 for the firm
    shares_data: Bools  # [D] shares its sell-out data under the last agreement
    payment: Ints  # [D] last offered for the data, minor units a week; paid while shares_data


@dataclass(frozen=True)
class RetentionSeen(View):
    """What the firm sees of reps who may leave: its payroll, their sales, and the offers they report."""

    SIZES = MappingProxyType({"reps": Counted("key")})

    week: int
    luck: Luck
    key: Ints  # [R] stable id
    territory: Ints  # [R]
    attainment: Floats  # [R] credited sales over the mean of the team, smoothed; 0 for vacant positions
    pay: Floats  # [R] pay a week, minor units, smoothed
    offer: Floats  # [R] pay a week of the outside offer of this week, minor units; 0 without one
