"""Parameters and layout turned into the frozen numbers that the week computes with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.build.database import mark_spread
from sim.customer_draws import tastes_of_types
from sim.keys import keys_of
from sim.params import Params
from sim.params.advertising import usual_goodwill
from sim.params.customers import (
    advertising_numbers,
    choice_numbers,
    experience_numbers,
    funnel_numbers,
    relationship_numbers,
    spread_numbers,
)
from sim.params.projects import attention_numbers
from sim.params.service_quality import service_quality_numbers
from sim.params.world import World
from sim.quantity import WEEKS_PER_YEAR
from sim.solvers.message_fit import usual_taste
from sim.solvers.tiers import tiers
from sim.state.numbers import Numbers

Array = NDArray[Any]


def made_to_order(world: World) -> Array:
    """Whether distributors keep no stock of each of our offers [own offers]."""
    so = {c.name: c.kind == "opportunity" and c.made_to_order for c in world.categories}
    return np.array([so[world.offers[j].category] for j in world.own_offers], dtype=np.bool_)


def freeze_numbers(world: World, params: Params, positions: Array, customers: Array, dt: float = 1.0) -> Numbers:
    """Convert all parameters once; ``dt`` is the length of a tick of the customers' phases in weeks."""
    own_column = np.full(len(world.offers), -1, dtype=np.int64)
    own_column[list(world.own_offers)] = np.arange(len(world.own_offers))
    names = [c.name for c in world.categories]
    category = np.array([names.index(o.category) for o in world.offers], dtype=np.int64)
    reference = np.array([c.reference_price for c in world.categories], dtype=np.float64)
    mixes = np.array([world.mix_of(t) for t in world.customer_types]).reshape(len(world.customer_types), -1)
    rival_spend = params.rivals.advertising / WEEKS_PER_YEAR / max(int(customers.sum()), 1)
    suppliers = np.array([place.supplier for place in world.places])
    list_price = np.array([world.offers[j].list_price for j in world.own_offers], dtype=np.int64)
    to_order, by_offer = made_to_order(world), np.zeros(len(world.offers), np.bool_)
    by_offer[list(world.own_offers)] = to_order
    durables = sum(c.reference_price * WEEKS_PER_YEAR / c.life for c in world.categories if c.kind == "durable")
    return Numbers(
        spread=spread_numbers(params.awareness, params.talk, dt),
        advertising=advertising_numbers(params.advertising, dt, usual_goodwill(params.advertising, rival_spend)),
        choice=choice_numbers(params.choice, params.experience),
        experience=experience_numbers(
            params.experience, params.loyalty, params.talk, product_weight=1.0 - params.service_quality.total
        ),
        funnel=funnel_numbers(params.funnel, params.lapse, params.loyalty, params.experience, dt),
        relationship=relationship_numbers(params.relationship, dt),
        positions=positions,
        territory_rows=_lasting(np.arange(len(world.territories))),
        travel_hours=_lasting(np.array([t.travel_hours for t in world.territories], dtype=np.float64)),
        own_offers=_lasting(np.array(world.own_offers, dtype=np.int64)),
        own_list_price=_lasting(list_price),
        own_unit_cost=_lasting(np.array([world.offers[j].unit_cost for j in world.own_offers], dtype=np.int64)),
        rival_keys=_lasting(keys_of(world.brands[row].name for row in world.rival_brands)),
        own_column=own_column,
        category=category,
        reference_price=reference[category],
        list_price=np.array([o.list_price for o in world.offers], dtype=np.int64),
        unit_cost=np.array([o.unit_cost for o in world.offers], dtype=np.int64),
        intercept=np.array([o.intercept for o in world.offers], dtype=np.float64),
        quality_of=np.array([o.quality for o in world.offers], dtype=np.float64),
        consumable_price=mixes @ reference,
        durable_value=np.full(len(world.customer_types), float(durables)),
        mark_spread=mark_spread(world),
        customers_of=customers.sum(axis=1),
        customers=customers,
        tiers=tuple(tiers(suppliers)),
        attention=attention_numbers(params.projects),
        usual_taste=usual_taste(tastes_of_types(world), customers.sum(axis=0)),
        to_order=to_order,
        made_to_order=by_offer,
        order_cover=_lasting(np.where(suppliers < 0, params.channel.cover_weeks, params.channel.sub_cover_weeks)),
        price_list=_lasting(np.tile(list_price, (len(suppliers), 1))),
        quality=service_quality_numbers(
            params.service_quality, params.experience.neutral, params.experience.loss_aversion
        ),
    )


def _lasting(numbers: Array) -> Array:
    """``numbers``, which many weeks and rules will look at, closed for writing."""
    numbers.setflags(write=False)
    return numbers
