"""Frozen numbers of a market: what its parameters and layout come to as arrays and tuples that the week computes with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.params.customer_numbers import (
    AdvertisingNumbers,
    ChoiceNumbers,
    ExperienceNumbers,
    FunnelNumbers,
    RelationshipNumbers,
    ServiceQualityNumbers,
    SpreadNumbers,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlantNumbers:
    """What the plants can do; there is one for each company. Work is counted in minor units of unit cost."""

    company: Ints  # [own offers] row of the company that makes it
    work: Floats  # [own offers] work in one unit
    capacity: Floats  # [companies] work a week in regular hours


@dataclass(frozen=True)
class Numbers:
    """What the phases compute with; T territories, J offers, K types, M marks."""

    spread: SpreadNumbers
    advertising: AdvertisingNumbers
    choice: ChoiceNumbers
    experience: ExperienceNumbers
    funnel: FunnelNumbers
    relationship: RelationshipNumbers
    positions: Ints  # [T] positions of the sales force at the start
    territory_rows: Ints  # [T] rows of all territories, for answers with one row per territory
    travel_hours: Floats  # [T] on the road for one call or one job of service
    own_offers: Ints  # [own offers] rows of our offers
    own_list_price: Ints  # [own offers] minor units
    own_unit_cost: Ints  # [own offers] minor units
    rival_keys: NDArray[np.uint64]  # [F] keys of the rival brands
    own_column: Ints  # [J] place among our offers, −1 for rivals'
    category: Ints  # [J]
    reference_price: Floats  # [J] reference price of the offer's category, minor units
    list_price: Ints  # [J] minor units
    unit_cost: Ints  # [J] minor units
    intercept: Floats  # [J] utility of the offer to everybody
    quality_of: Floats  # [J] quality of the offer
    consumable_price: Floats  # [K] mean reference price of a consumable unit, minor units
    durable_value: Floats  # [K] expected purchases of durables a year, minor units
    mark_spread: Floats  # [M]
    customers_of: Ints  # [T] customers by territory
    customers: Ints  # [T, K] customers by territory and type
    tiers: tuple[Ints, ...]  # rows of the distributors of each tier, from the plant down
    attention: RelationshipNumbers  # of projects, by the rule of the relationship
    usual_taste: Floats  # [A] mean taste of all customers by their types, utility per attribute
    to_order: NDArray[np.bool_]  # [own offers] bought by projects, and only made when they are decided
    made_to_order: NDArray[np.bool_]  # [J] the same by offer, false for rivals'
    order_cover: Floats  # [D] weeks that an order of each distributor has to cover
    price_list: Ints  # [D, own offers] our list price as each distributor sees it, minor units
    quality: ServiceQualityNumbers  # of what comes with products
    mean_purchases: float = (
        0.0  # of all customers at the start from anyone, minor units a year; 0 where size plays no part
    )
    plant: PlantNumbers | None = None  # None where the plant makes whatever is asked
