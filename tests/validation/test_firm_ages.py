"""Row V81: ages of firms that close with a constant hazard, and the newcomers that a market gains by it.

Of the firms of one day the share c is closed a year later. So a firm is younger than a years with probability
1 − (1−c)^a. Where every firm buys from us as soon as it can, each that opens becomes a new customer once, and a year
brings −ln(1−c) of them per customer: a little more than c, since firms that open within the year close as well.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.market import Market
from sim.phases.firms import renew_firms
from sim.stages import Stage
from sim.week import WEEK

#: Everyone hears of us at once, wants something every week, and buys it of us.
ALL_OURS = {
    "params.advertising.strength": 5.0,
    "params.awareness.forgetting": 0.0,
    "policy.advertising.budget": 10_000_000,
    "offer.refill_one.intercept": 40.0,
    "category.refill.outside_utility": -40.0,
    "params.channel.stock_weeks_at_start": 52.0,
    "params.channel.plant_weeks_at_start": 52.0,
    **{f"customer_type.{name}.purchase_rate": 4.0 for name in ("workshop", "plant")},
    **{f"customer_type.{name}.purchase_shape": 100.0 for name in ("workshop", "plant")},
    **{f"customer_type.{name}.order_size": 1.0 for name in ("workshop", "plant")},
    **{f"customer_type.{name}.first_need": {} for name in ("workshop", "plant")},
}


def closing(share: float) -> dict[str, float]:
    return {f"customer_type.{name}.closing": share for name in ("workshop", "plant")}


@pytest.mark.parametrize("share", [0.1, 0.35])
def test_v81_ages_of_firms_are_geometric(share: float) -> None:
    """The phase alone, twelve years of weeks; each firm is marked when it opens, by the stage that only a new one has."""
    state = Market("tiny", seed=8, weeks=12 * 52 + 1, customers=20_000, overrides=closing(share)).state
    writes = next(phase.writes for phase in WEEK if phase.name == "firms")
    born = np.zeros(len(state.customers), dtype=np.int64)
    for week in range(1, state.weeks):
        state.week = week
        with state.lend(writes):
            state.customers.stage[:] = Stage.AWARE
            renew_firms(state)
        born[state.customers.stage == Stage.UNKNOWN] = week
    age = (state.weeks - born) / 52
    for years in (0.25, 1, 2, 5, 10):
        expected = 1.0 - (1.0 - share) ** years
        error = np.sqrt(expected * (1.0 - expected) / len(age))
        assert np.mean(age <= years) == pytest.approx(expected, abs=4.0 * error), years


def test_v81_where_all_buy_from_us_new_customers_are_those_who_open() -> None:
    share, customers = 0.2, 3000
    market = Market("tiny", seed=8, weeks=156, customers=customers, overrides={**ALL_OURS, **closing(share)}).run()
    new = market.results.measure("new_customers").sum(axis=(1, 2))[52:].sum() / 2
    opened = market.results.measure("closed_firms").sum(axis=(1, 2))[51:-1].sum() / 2
    expected = -customers * np.log(1.0 - share)
    assert opened == pytest.approx(expected, abs=4.0 * np.sqrt(expected / 2))
    assert new == pytest.approx(opened, rel=0.02)  # a few close before they have bought
