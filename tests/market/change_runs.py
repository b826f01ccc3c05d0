"""Small markets in which the company changes how it works in mid-run, and twins in which it goes on as before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import MANUFACTURER
from sim.market import Market

Floats = NDArray[np.float64]

#: Every cost of change, at the values that docs/model.md proposes.
COSTS: dict[str, Any] = {
    "params.change.hand_over_loss": 0.154,
    "params.change.plan_habit": 0.5,
    "params.change.routine_weeks": 8.0,
    "params.change.routine_setup": 50_000,
    "params.change.gateway_weeks": 13.0,
    "params.change.gateway_setup": 5_000_000,
    "params.change.segmentation_setup": 2_000_000,
    "params.change.sharing_setup": 300_000,
    "params.change.sharing_weeks": 4,
    "params.managers_time.selling": 1.0,
    "params.managers_time.office_hours": 1.0,
    "params.managers_time.segment_hours": 0.25,
    "params.managers_time.shared_data_hours": 0.25,
    "params.managers_time.plan_hours": 0.5,
}


def gain_by_week(folder: Path, change: str, weeks: int, seeds: int, overrides: dict[str, Any]) -> Floats:
    """Gross margin less cost of selling, week by week, of a tiny market with ``change`` less those without [weeks].

    Sell-out at list price less unit cost, so that orders of distributors do not blur in which week customers bought.
    """
    total = np.zeros(weeks)
    for name, text, sign in (("changed", change, 1.0), ("steady", "", -1.0)):
        path = folder / f"{name}.toml"
        path.write_text(f'extends = "tiny"\nweeks = {weeks}\n{text}', encoding="utf-8")
        for seed in range(1, seeds + 1):
            total += sign * earned(Market(str(path), seed=seed, overrides=overrides).run())
    return total / seeds


def earned(market: Market) -> Floats:
    """Margin on what customers bought from us, less the cost of selling, by week, minor units."""
    state = market.state
    own = list(state.layout.own_offers)
    units = state.record["sell_out_units"].sum(axis=(1, 2))[:, own]
    margin = state.numbers.list_price[own] - state.numbers.unit_cost[own]
    cost: Floats = state.ledger.flows("cost_to_sell")[:, MANUFACTURER]
    return units @ margin - cost
