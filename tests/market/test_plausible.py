"""The plain market under the policy of its time is plausible: the bands its defaults were set by, and no others."""

from __future__ import annotations

import pytest

from sim.market import Market
from sim.scenario import Scenario

#: KPI and the band in which a maker of professional equipment would recognise itself.
BANDS = {
    "market_share": (25.0, 35.0),
    "distributor_margin": (15.0, 20.0),
    "selling_cost_share": (8.0, 12.0),
    "stock_cover_weeks": (4.0, 6.0),
    "calls_per_rep_week": (20.0, 30.0),
    "turnover": (20.0, 30.0),
}


@pytest.fixture(scope="module")
def cards() -> list[dict[str, float]]:
    scenario = Scenario.load("regional_plain", policy="uninformed")
    runs = (Market(scenario, seed=seed).run() for seed in (1, 2, 3, 4))
    return [run.results.scorecard.set_index("kpi")["value"].to_dict() for run in runs]


@pytest.mark.parametrize("kpi", BANDS)
def test_the_plain_market_is_plausible(cards: list[dict[str, float]], kpi: str) -> None:
    low, high = BANDS[kpi]
    mean = sum(card[kpi] for card in cards) / len(cards)
    assert low <= mean <= high


def test_everybody_earns_something(cards: list[dict[str, float]]) -> None:
    assert all(card["contribution"] > 0 and card["distributor_profit"] > 0 for card in cards)
