"""Rivals' sales forces at the start: how many calls, the list of accounts of each, and relationships as usual calls have left them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.competitor import Competitor
from sim.build.channel import users_of
from sim.build.sales_force import usual_calls
from sim.derived.expected_purchases import expected_purchases
from sim.derived.rival_accounts import draw_keys, worth_of_calls
from sim.kernels.relationship import adbudg
from sim.keys import keys_of
from sim.params import Params
from sim.params.world import World
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.scenario import Scenario
from sim.state import MarketState
from sim.state.rival_force import RivalAccounts, RivalBrands
from sim.state.table import NEVER

Array = NDArray[Any]


def forces_of(scenario: Scenario) -> int:
    """Rival brands if any rule of any week gives them sales forces, else 0."""
    return 0 if scenario.schedule.idle_throughout("rival_force") else len(scenario.world.rival_brands)


def build_rival_brands(world: World, params: Params, positions: Array, weeks: int) -> RivalBrands:
    """The brands with the calls a week of their sales forces; ``positions`` [T] are ours at the start."""
    brands = RivalBrands(len(world.rival_brands), {"weeks": weeks})
    users, own = users_of(world), world.brands[world.own_brand].name
    ours, calls = float(positions.sum()) * usual_calls(params), []
    for row in world.rival_brands:
        brand = world.brands[row]
        relative = users[brand.name] / users[own] if users[own] > 0 else 1.0
        usual = params.rival_force.size * ours * relative
        calls.append(usual if brand.sales_calls is None else brand.sales_calls)
    brands.fill({"key": keys_of(world.brands[row].name for row in world.rival_brands), "usual_calls": np.array(calls)})
    return brands


def open_rival_forces(state: MarketState, buying: Array) -> None:
    """List every rival's accounts, and let customers know its reps as well as its usual calls make them.

    ``buying`` [N]: occasions to buy a week. Nothing happens where rivals have no sales forces.
    """
    customers, numbers = state.customers, state.numbers.relationship
    if customers.rival_relationship.shape[1] == 0:
        return
    yearly = expected_purchases(state)
    parts = [_accounts_of(state, brand, yearly, buying) for brand in range(len(state.rival_brands))]
    accounts = state.rival_accounts = RivalAccounts(sum(len(part["customer"]) for part in parts))
    accounts.fill({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    accounts.fill({"by_customer": np.lexsort((accounts.brand, accounts.customer))})
    accounts.fill({"due": state.luck(Decision.RIVAL_CALL_TURN).uniform(draw_keys(state, slice(None)))})
    if not state.rules.idle("rival_force"):
        accounts.fill({"calls": Competitor.decide_calls(state).calls})
    shape = tuple(float(getattr(numbers, name)) for name in ("least", "most", "shape", "half"))
    effective = accounts.calls * worth_of_calls(state)
    led_to = np.array([adbudg(float(calls), *shape) for calls in effective])
    start = np.full(customers.rival_relationship.shape, shape[0])
    start[accounts.customer, accounts.brand] = led_to * state.params.relationship.at_start
    customers.fill({"rival_relationship": start})


def _accounts_of(state: MarketState, brand: int, yearly: Array, buying: Array) -> dict[str, Array]:
    """Columns of the accounts of one rival: the customers that it expects to buy most, by their keys.

    What it sold to them so far is known to it as our own past is to us.
    """
    numbers, customers, layout = state.params.rival_force, state.customers, state.layout
    row = layout.rival_brands[brand]
    error = state.luck(Decision.RIVAL_ESTIMATE).normal(customers.key + state.rival_brands.key[brand])
    potential = yearly * np.exp(numbers.estimate_error * error - 0.5 * numbers.estimate_error**2)
    first = np.lexsort((customers.key, -potential))[: round(numbers.accounts * len(customers))]
    rows = first[np.argsort(customers.key[first])]
    uses = customers.owned[rows] == row
    repeated = state.params.loyalty.repeated
    taken = (1.0 - repeated) * users_of(layout)[layout.brands[row].name] + repeated * uses.any(axis=1)
    return {
        "customer": rows,
        "brand": np.full(len(rows), brand),
        "key": state.alias[rows],
        "potential": potential[rows],
        "bought": taken * yearly[rows],
        "ordered": taken * buying[rows] * WEEKS_PER_YEAR,
        "last_order": np.where(uses, customers.bought_week[rows], NEVER).max(axis=1, initial=NEVER),
    }
