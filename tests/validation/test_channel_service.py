"""V26 and V29 on the market's own channel: stock for uncertain demand, the newsvendor's quantity, service of a base stock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from sim.agents.distributor import Distributor
from tests.validation.serial_chain import Chain, normal_demand, open_chain, scenario_of

MEAN, DEVIATION, CHAINS = 10_000, 3_000, 48  # hundred times N(100, 30)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenario_of(tmp_path_factory.mktemp("service"), CHAINS)


def expecting_the_mean(scenario: Path, weeks: int, lead: int, safety_factor: float, **more: float) -> Chain:
    """A distributor who expects the mean, whatever is asked, and measures how wrong that is over two years."""
    numbers = {
        "params.channel.lead_time": lead,
        "params.channel.forecast": "exponential",
        "params.channel.smoothing": 0.0,
        "params.channel.forecast_window": 104,
        "policy.ordering.safety_factor": safety_factor,
        **more,
    }
    chain = open_chain(scenario, weeks, **numbers)
    chain.expect(MEAN, DEVIATION)
    return chain


def service(scenario: Path, safety_factor: float, weeks: int = 700, **more: float) -> tuple[float, float]:
    """Share of weeks that end without anyone waiting, and four standard errors of it by chains. L = 3."""
    chain = expecting_the_mean(scenario, weeks, 3, safety_factor, **more)
    chain.stock_up(5 * MEAN, 10**9)
    good = np.zeros((weeks, CHAINS))
    for week, asked in enumerate(normal_demand(29, MEAN, DEVIATION, weeks, CHAINS)):
        chain.week(asked)
        good[week] = chain.state.goods.channel.backorders[chain.main, chain.columns] == 0
        chain.state.week += 1
    served = good[100:].mean(axis=0)
    return float(served.mean()), float(4 * served.std(ddof=1) / np.sqrt(CHAINS))


def test_v29_cycle_service_of_a_base_stock(scenario: Path) -> None:
    found, error = service(scenario, float(norm.ppf(0.95)))
    assert error < 0.008
    assert found == pytest.approx(0.95, abs=0.005)


def test_v29_control_more_cover_or_no_safety_stock_misses(scenario: Path) -> None:
    extra = {"policy.ordering.extra_cover": 1.0}
    assert service(scenario, float(norm.ppf(0.95)), 300, **extra)[0] > 0.99
    assert service(scenario, 0.0, 300)[0] == pytest.approx(0.5, abs=0.03)


#: Seasons of the newsvendor, each with as many demands as there are chains: even parts of the normal distribution.
SEASONS = 10
SEASON = np.rint(norm.ppf((np.arange(SEASONS * CHAINS) + 0.5) / (SEASONS * CHAINS), MEAN, DEVIATION))


def profit(scenario: Path, quantity: float | None = None) -> tuple[float, float]:
    """What the rule orders for one season, and the mean profit: price 10, cost 4, what is left over goes at 1."""
    lost = {"params.channel.unserved_wait": 0.0, "params.channel.production_lead_time": 26}  # nothing comes meanwhile
    chain = expecting_the_mean(scenario, SEASONS, 1, float(norm.ppf((10 - 4) / (10 - 1))), **lost)
    chain.stock_up(0, 0)
    if quantity is None:
        quantity = float(Distributor.decide_orders(chain.state).quantity[chain.main, chain.columns[0]])
    earned = []
    for demand in SEASON.reshape(SEASONS, CHAINS):
        chain.stock_up(quantity, 0)
        chain.week(demand)
        left = chain.state.goods.channel.on_hand[chain.main, chain.columns]
        earned.append((10 * (round(quantity) - left) + left - 4 * quantity).mean() / 100)
        chain.state.week += 1
    return quantity / 100, float(np.mean(earned))


def test_v26_newsvendor(scenario: Path) -> None:
    best, earned = profit(scenario)
    assert best == pytest.approx(112.92, abs=0.005)
    assert earned == pytest.approx(501.83, abs=0.5)
    grid = np.arange(105.0, 121.0, 1.0)
    profits = [profit(scenario, 100 * quantity)[1] for quantity in grid]
    assert grid[int(np.argmax(profits))] == pytest.approx(112.92, abs=1.0)
    assert max(profits) <= earned + 0.5
    assert profit(scenario, 10_000.0)[1] < earned - 5  # control: stocking the mean forgoes profit
