"""Whole markets in which nothing moves but what reps can do: sales of their accounts, with and without, under the same luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market import Market
from sim.scenario import Scenario
from sim.state import MarketState
from sim.week import Phase
from tests.market.runs import LEFT_ALONE

Floats = NDArray[np.float64]
Change = Callable[[MarketState], None]

#: Nobody quits or is trained, rivals and distributors do as they always do, goods are there, owners' talk and experience say nothing
#: new, and reps divide their calls evenly. Habit is left as it is: published effects hold what it makes of sales.
STILL: dict[str, Any] = {
    **LEFT_ALONE,
    "params.people.quit_probability": 0.0,
    "params.calls.ability_spread": 0.0,
    "params.calls.motivation_spread": 0.0,
    "params.choice.neighbours": 0.0,
    "params.experience.step": 0.0,
    "params.partners.effort_strength": 0.0,
    "params.channel.stock_weeks_at_start": 52.0,
    "params.channel.plant_weeks_at_start": 52.0,
    "policy.rival_price.kind": "hold",
    "policy.rival_campaign.kind": "steady",
    "policy.calls.ease": 0.0,
    "policy.calls.pay": 0.0,
}

#: Customers buy so often that a short run has many choices, and the price of a machine does not drown them.
OFTEN = {
    "customer_type.workshop.purchase_rate": 1.0,
    "customer_type.plant.purchase_rate": 2.0,
    "customer_type.enterprise.purchase_rate": 3.0,
    "customer_type.institution.purchase_rate": 2.0,
}


def skilled(z: float) -> Change:
    """All reps get better by ``z`` standard deviations."""

    def change(state: MarketState) -> None:
        with state.lend(("reps.ability", "reps.skill")):
            state.reps.ability[:] += z
            state.reps.skill[:] += z

    return change


def sales_of_accounts(
    overrides: Mapping[str, Any],
    change: Change | None = None,
    *,
    weeks: int = 6,
    customers: int = 1000,
    seeds: int = 20,
    scenario: str = "regional_plain",
) -> Floats:
    """What the accounts of our reps order from us, by seed and week [seeds, weeks], at list prices."""
    given = Scenario.load(scenario, weeks=weeks, customers=customers, overrides={**STILL, **overrides})
    return np.array([_sales_of_accounts(Market(given, seed=seed), change) for seed in range(1, seeds + 1)])


def _sales_of_accounts(market: Market, change: Change | None) -> Floats:
    if change is not None:
        change(market.state)
    sales = np.zeros(market.state.weeks)

    def look(phase: Phase) -> None:
        if phase.name == "demand":
            sales[market.state.week] = _ordered(market.state)

    for _ in range(market.state.weeks):
        market.run_week(look)
    return sales


def _ordered(state: MarketState) -> float:
    """Orders of accounts for our offers that this week's occasions and projects brought."""
    orders = state.today.demanded.orders
    mine = np.flatnonzero(state.boards.offers.own[orders.offer] & (state.knowledge.rep[orders.customer] >= 0))
    return float((orders.units[mine] * state.numbers.list_price[orders.offer[mine]]).sum())


def gain(with_it: Floats, without: Floats, weeks: slice = slice(None)) -> tuple[float, float]:
    """Relative gain in sales over ``weeks``, and its Monte-Carlo standard error by batch means over seeds."""
    pairs = np.stack([with_it[:, weeks].sum(axis=1), without[:, weeks].sum(axis=1)], axis=1)
    ratio = pairs[:, 0].sum() / pairs[:, 1].sum()
    rest = pairs[:, 0] - ratio * pairs[:, 1]  # of a ratio of means
    error = np.sqrt((rest**2).sum() / (len(pairs) - 1) / len(pairs)) / pairs[:, 1].mean()
    return float(ratio - 1.0), float(error)
