"""Runs of small markets that tests of the whole engine share."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from sim.market import Market
from sim.scenario import Scenario

#: Overrides under which nobody trains reps or talks with them, and managers are seldom in the field.
LEFT_ALONE: dict[str, Any] = {
    "policy.routines.visit_hours": 0.2,
    "policy.routines.review_hours": 0.0,
    "policy.routines.training_hours": 0.0,
}


def small(
    policy: str | None = None,
    *,
    weeks: int = 16,
    customers: int = 1500,
    seed: int = 7,
    overrides: dict[str, Any] | None = None,
) -> Market:
    """A regional market of few customers and weeks, not yet run."""
    scenario = Scenario.load("regional_plain", policy=policy, weeks=weeks, customers=customers, overrides=overrides)
    return Market(scenario, seed=seed)


def fingerprint(market: Market) -> str:
    """Hash of everything a market is: tables, stocks, books, records."""
    digest = hashlib.sha256()
    state = market.state
    for name, table in sorted(state.tables().items()):
        for column in sorted(table):
            array = getattr(table, column, None)
            if isinstance(array, np.ndarray):
                digest.update(f"{name}.{column}".encode() + np.ascontiguousarray(array).tobytes())
    for stage in (
        state.goods.channel,
        state.goods.plant,
        state.goods.forecasts,
        state.goods.plant_forecast,
        state.goods.shared_forecast,
    ):
        for array in stage:
            digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(state.ledger.book.tobytes())
    for measure in sorted(state.record.measures):
        digest.update(state.record[measure].tobytes())
    return digest.hexdigest()
