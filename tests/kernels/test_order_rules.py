"""Order rules against their slow twins, and what each rule means."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.solvers import order_rules
from tests.reference.channel import ForecastTwin

_demand = st.lists(st.lists(st.integers(0, 1000), min_size=6, max_size=6), min_size=1, max_size=15)


@settings(max_examples=60, deadline=None)
@given(
    demands=_demand,
    window=st.integers(1, 8),
    method=st.sampled_from(["average", "smoothing"]),
    weight=st.floats(0, 1),
)
def test_forecasts_equal_their_twin(demands: list[list[int]], window: int, method: str, weight: float) -> None:
    forecast = order_rules.open_forecast(np.full((2, 3), 10.0), np.full((2, 3), 3.0), window)
    twins = [ForecastTwin(10.0, 3.0, window) for _ in range(6)]
    for week, row in enumerate(demands):
        demand = np.reshape(row, (2, 3))
        if method == "average":
            order_rules.observe_moving_average(forecast, demand, week)
        else:
            order_rules.observe_smoothing(forecast, demand, week, weight)
        for twin, d in zip(twins, row, strict=True):
            if method == "average":
                twin.moving_average(d)
            else:
                twin.smoothing(d, weight)
        np.testing.assert_allclose(forecast.level.ravel(), [t.level for t in twins], rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(
            order_rules.error_deviation(forecast).ravel(), [t.error_deviation() for t in twins], rtol=1e-12, atol=1e-9
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rules_keep_the_type_of_their_numbers(dtype: type[np.floating[Any]]) -> None:
    forecast = order_rules.open_forecast(np.full(4, 10), 3, 5, dtype)
    order_rules.observe_moving_average(forecast, np.arange(4), 0)
    order_rules.observe_smoothing(forecast, np.arange(4), 1, 0.2)
    deviation = order_rules.error_deviation(forecast)
    target = order_rules.order_up_to_level(forecast.level, deviation, dtype(3), dtype(1.645))
    order = order_rules.order_up_to(target, np.arange(4, dtype=dtype))
    assert {a.dtype for a in (forecast.level, deviation, target, order)} == {np.dtype(dtype)}


def test_naive_forecast_is_smoothing_with_weight_one() -> None:
    forecast = order_rules.open_forecast(np.array([4.0]), 0, 1)
    order_rules.observe_smoothing(forecast, np.array([9]), 0, 1.0)
    assert forecast.level[0] == 9.0


def test_order_up_to_level_is_cover_plus_safety() -> None:
    level = order_rules.order_up_to_level(np.array([100.0]), np.array([30.0]), 4, 1.5)
    assert level[0] == pytest.approx(4 * 100 + 1.5 * 30 * 2)


def test_order_up_to_raises_the_position_and_never_sends_back() -> None:
    order = order_rules.order_up_to(np.array([50.0, 50.0]), np.array([20.0, 70.0]))
    assert order.tolist() == [30.0, 0.0]


def _anchor(position: float, beta: float = 0.34) -> npt.NDArray[Any]:
    return order_rules.anchor_and_adjust(np.array([4.0]), 17.0, np.array([position]), np.array([12.0]), 0.26, beta)


def test_anchor_and_adjust_is_stermans_rule() -> None:
    assert _anchor(8.0)[0] == pytest.approx(4 + 0.26 * (17 - 8 - 0.34 * 12))
    assert _anchor(1000.0)[0] == 0.0
    assert _anchor(8.0, beta=1.0)[0] < _anchor(8.0, beta=0.0)[0]  # who forgets the supply line orders again


def test_orders_are_due_once_a_cycle_and_staggered() -> None:
    keys = np.arange(6, dtype=np.uint32)
    due = np.array([order_rules.orders_due(keys, week, 3) for week in range(9)])
    assert due.sum(axis=0).tolist() == [3] * 6
    assert due.sum(axis=1).tolist() == [2] * 9
