"""Distributors, the plant and rivals at the start: stock, forecasts, prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.build.numbers import made_to_order
from sim.kernels.stock_flow import Stage, open_stage
from sim.keys import key_of, keys_of
from sim.params import Params
from sim.params.world import Offer, World
from sim.project_draws import mean_sizes
from sim.rng import Decision
from sim.solvers.order_rules import Forecast, open_forecast
from sim.solvers.tiers import through, tiers
from sim.state.customers import Customers
from sim.state.distributors import Distributors
from sim.state.rivals import Rivals

Array = NDArray[Any]


@dataclass
class ChannelParts:
    """The channel at the start."""

    distributors: Distributors
    channel: Stage
    plant: Stage
    forecasts: Forecast
    plant_forecast: Forecast
    shared_forecast: Forecast


def expected_units(world: World, customers: Customers, rates: Array) -> Array:
    """Units a week that each customer is expected to buy of each category from anyone [N, C]; ``rates``: of projects."""
    units = np.zeros((len(customers), len(world.categories)))
    mixes = np.array([world.mix_of(t) for t in world.customer_types]).reshape(len(world.customer_types), -1)
    for c, category in enumerate(world.categories):
        if category.kind == "consumable":
            units[:, c] = customers.purchase_rate * mixes[customers.type, c] * customers.order_size
        elif category.kind == "opportunity":
            units[:, c] = rates[:, c] * mean_sizes(world.categories, customers.order_size)[:, c]
        else:
            units[:, c] = 1.0 / category.life
    return units


def own_share(world: World) -> float:
    """Our share of users at the start: the first value of forecasts."""
    total = sum(brand.users_at_start for brand in world.brands)
    return world.brands[world.own_brand].users_at_start / total if total > 0 else 1.0 / len(world.brands)


def users_of(world: World) -> dict[str, float]:
    """Each brand's share of all customers at the start, including those who use no brand; equal shares if no one uses any."""
    anybody = any(b.users_at_start > 0 for b in world.brands)
    return {b.name: b.users_at_start if anybody else 1.0 / (len(world.brands) + 1) for b in world.brands}


def build_channel(world: World, params: Params, customers: Customers, rates: Array) -> ChannelParts:
    """Distributors with a usual stock, a plant with a usual stock, and what they expect to sell."""
    channel, own = params.channel, world.own_offers
    of_customers = _expected_of_ours(world, customers, rates)
    territory, supplier = (
        np.array([getattr(place, name) for place in world.places], dtype=np.int64) for name in ("territory", "supplier")
    )
    expected = through(supplier, of_customers)
    least = channel.deviation_least_at_start
    distributors = Distributors(
        len(world.places),
        {
            "own offers": len(own),
            "offers": len(world.offers),
            "brands": len(world.brands),
            "set-up": int(params.change.sharing_weeks > 0 or params.change.sharing_setup > 0),
        },
    )
    price = np.array([world.offers[j].list_price for j in own], dtype=np.int64)
    wholesale = wholesale_prices(supplier, price, channel.sub_markup)
    stock = np.rint(channel.stock_weeks_at_start * expected).astype(np.int64)
    stock[:, made_to_order(world)] = 0
    distributors.fill(
        {
            "key": np.array([place.key for place in world.places], dtype=np.uint64),
            "territory": territory,
            "trust": channel.trust_start,
            "purchases": np.where(supplier < 0, expected @ price, (expected * wholesale).sum(axis=1)),
            "stock_value": stock * wholesale,
            "supplier": supplier,
            "wholesale": wholesale,
            "volume": of_customers @ price,
            "demand_value": of_customers @ price,
        }
    )
    total = of_customers.sum(axis=0)
    plant_stock = np.rint(channel.plant_weeks_at_start * total).astype(np.int64)
    stage = open_stage(stock, max(channel.lead_time, channel.sub_lead_time if (supplier >= 0).any() else 1))
    plant = open_stage(plant_stock, channel.production_lead_time)
    window = channel.forecast_window
    forecasts = open_forecast(expected, np.maximum(np.sqrt(expected), least), window)
    plant_forecast = open_forecast(total, np.maximum(np.sqrt(total), least), window)
    shared = open_forecast(total, np.maximum(np.sqrt(total), least), window)
    return ChannelParts(distributors, stage, plant, forecasts, plant_forecast, shared)


def wholesale_prices(supplier: Array, price: Array, markup: float) -> Array:
    """What each distributor pays for a unit, minor units [D, own offers]: list price, and for each tier below a mark-up."""
    paid = np.tile(price, (len(supplier), 1))
    for rows in tiers(supplier)[1:]:
        paid[rows] = np.rint(paid[supplier[rows]] * (1.0 + markup)).astype(np.int64)
    return paid


def _expected_of_ours(world: World, customers: Customers, rates: Array) -> Array:
    """Units a week expected of each of our offers at each distributor [D, own offers]."""
    units = expected_units(world, customers, rates)
    by_distributor = np.array(
        [
            np.bincount(customers.distributor, weights=units[:, c], minlength=len(world.places))
            for c in range(units.shape[1])
        ]
    ).T
    names = [c.name for c in world.categories]
    category = [names.index(world.offers[j].category) for j in world.own_offers]
    alike = np.array([category.count(c) for c in category])
    expected: Array = by_distributor[:, category] * own_share(world) / alike
    return expected


def _studied_sensitivity(world: World, params: Params, seed: int, customers: Customers, offers: list[Offer]) -> Array:
    """Mean price sensitivity of customers as estimated by the brand of each of ``offers``: a study by brand and category."""
    key = np.array([key_of(offer.brand, offer.category) for offer in offers], np.uint64)
    error, spread = rng.normal(seed, Decision.RIVAL_STUDY, 0, key), params.rivals.study_error
    mean = float(np.mean(customers.price_sensitivity)) if len(customers) else 1.0
    found: Array = mean * np.exp(spread * error - 0.5 * spread**2)
    return found


def build_rivals(world: World, params: Params, seed: int, customers: Customers) -> Rivals:
    """Rival offers with their prices, costs and the rivals' beliefs about the market."""
    rows = [j for j in range(len(world.offers)) if j not in world.own_offers]
    rivals = Rivals(len(rows))
    reference = {c.name: c.reference_price for c in world.categories}
    markup = 1.0 + params.rivals.channel_markup
    users = users_of(world)
    offers = [world.offers[j] for j in rows]
    rivals.fill(
        {
            "key": keys_of(offer.name for offer in offers),
            "offer": np.array(rows, dtype=np.int64),
            "price": np.array([o.list_price * markup / reference[o.category] for o in offers]),
            "unit_cost": np.array([o.unit_cost * markup / reference[o.category] for o in offers]),
            "share": np.array(
                [
                    users[o.brand] / sum(x.brand == o.brand and x.category == o.category for x in world.offers)
                    for o in offers
                ]
            ),
            "sensitivity": _studied_sensitivity(world, params, seed, customers, offers),
        }
    )
    return rivals
