"""V26 and V29: stock for uncertain demand, the newsvendor's quantity and the service of a base stock."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sim.kernels import stock_flow
from sim.solvers import order_rules
from sim.solvers.order_rules import Forecast
from tests.validation.channel_runs import Reals, normal_demand, run_chain


def _expect_the_mean(forecast: Forecast, demand: Reals, week: int) -> None:
    order_rules.observe_given(forecast, demand, week, np.float64(100.0))


def _service(safety_factor: float, cover_error: int = 0) -> tuple[float, float]:
    """Share of weeks that end without anyone waiting, and 4 standard errors of it by 20 batches of chains.

    A base stock with L = 3 and demand N(100, 30).
    """
    demand = normal_demand(29, 100, 30, 420, 400)
    _, stock = run_chain(
        demand, [3], 1, _expect_the_mean, deviation=30.0, safety_factor=safety_factor, cover_error=cover_error
    )
    served = (stock[0, 20:] >= 0).reshape(400, 20, 20).mean(axis=(0, 2))
    return float(served.mean()), float(4 * served.std(ddof=1) / np.sqrt(20))


def test_v29_cycle_service_of_a_base_stock() -> None:
    service, error = _service(float(norm.ppf(0.95)))
    assert service == pytest.approx(0.95, abs=0.005)
    assert error < 0.005


def test_v29_control_wrong_cover_or_no_safety_stock_misses() -> None:
    assert abs(_service(float(norm.ppf(0.95)), cover_error=-1)[0] - 0.95) > 0.3
    assert _service(0.0)[0] == pytest.approx(0.5, abs=0.02)


def _profit(quantity: float, demand: Reals) -> float:
    """Mean profit of one season: price 10, cost 4, what is left over goes at 1."""
    stage = stock_flow.open_stage(np.full(demand.shape, quantity), 1, np.float64)
    sold = stock_flow.serve(stage, demand, waits=False)
    left = stage.on_hand.copy()
    stock_flow.withdraw(stage, left)
    stock_flow.check_stage(stage, "newsvendor")
    return float((10 * sold + 1 * left - 4 * quantity).mean())


def test_v26_newsvendor() -> None:
    demand = norm.ppf((np.arange(100_000) + 0.5) / 100_000, 100, 30)
    critical = (10 - 4) / (10 - 1)
    best = float(order_rules.order_up_to_level(np.float64(100), np.float64(30), 1, float(norm.ppf(critical))))
    assert best == pytest.approx(112.92, abs=0.005)
    assert _profit(best, demand) == pytest.approx(501.83, abs=0.5)
    grid = np.arange(90, 140, 0.5)
    profits = [_profit(float(quantity), demand) for quantity in grid]
    assert grid[int(np.argmax(profits))] == pytest.approx(112.92, abs=0.5)
    assert _profit(100.0, demand) < _profit(best, demand) - 5  # control: stocking the mean forgoes profit
