"""Whole markets in which all accounts change hands once and nothing else moves, and the same without, under the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market import Market
from sim.phases.labour_market import lose_relationship
from sim.scenario import Scenario
from sim.state import MarketState
from sim.week import Phase
from tests.validation.effect_runs import OFTEN, STILL

Floats = NDArray[np.float64]

#: The published loss: the middle of what Shi, Sridhar, Grewal & Lilien 2017 found.
LOSS = 0.154
#: Portfolios stay as they are, and customers buy so often that a year is a long run.
KEPT: dict[str, Any] = {
    **STILL,
    **{path: rate / 3.0 for path, rate in OFTEN.items()},
    "policy.coverage.kind": "portfolios",
    "params.change.hand_over_loss": LOSS,
}


def sales_by_size(
    overrides: Mapping[str, Any], part: float | None, *, weeks: int = 52, customers: int = 1000, seeds: int = 10
) -> Floats:
    """What small and large accounts order from us [seeds, 2, weeks], at list prices; ``part`` of a hand-over at the start.

    Half of the accounts are small, by what they buy from anyone. None for ``part``: every rep stays.
    """
    given = Scenario.load("regional_plain", weeks=weeks, customers=customers, overrides={**KEPT, **overrides})
    return np.array([_of_one_market(Market(given, seed=seed), part) for seed in range(1, seeds + 1)])


def _of_one_market(market: Market, part: float | None) -> Floats:
    state = market.state
    accounts = state.accounts()
    if part is not None:
        with state.lend(("customers.broken", "customers.relationship")):
            lose_relationship(state, accounts, part=part)
    needs = (state.customers.purchase_rate * state.customers.order_size)[accounts]
    large = np.zeros(len(state.customers), dtype=np.int64)
    large[accounts[needs > np.median(needs)]] = 1
    sales = np.zeros((2, state.weeks))

    def look(phase: Phase) -> None:
        if phase.name == "demand":
            sales[:, state.week] = _ordered(state, large)

    for _ in range(state.weeks):
        market.run_week(look)
    return sales


def _ordered(state: MarketState, group: NDArray[np.int64]) -> Floats:
    orders = state.today.demanded.orders
    mine = np.flatnonzero(state.boards.offers.own[orders.offer] & (state.knowledge.rep[orders.customer] >= 0))
    worth = orders.units[mine] * state.numbers.list_price[orders.offer[mine]]
    return np.bincount(group[orders.customer[mine]], weights=worth, minlength=2)
