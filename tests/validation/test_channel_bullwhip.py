"""V30-V33: variance of orders over variance of demand under order-up-to rules (Chen et al. 2000)."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import pytest

from sim.solvers import order_rules
from sim.solvers.order_rules import observe_moving_average, observe_smoothing
from tests.validation.channel_runs import Observe, Reals, correlated_demand, normal_demand, run_chain

WARM_UP = 100
WEEKS, CHAINS = 1300, 400
IID = normal_demand(30, 100, 10, WEEKS, CHAINS)


def _ratios(
    demand: Reals, leads: list[int], window: int, observe: Observe, **how: bool | int
) -> npt.NDArray[np.float64]:
    """Var(O)/Var(D) of each stage; the orders stay clear of max(0, .) except in the far tail of a long chain."""
    orders, _ = run_chain(demand, leads, window, observe, **how)  # type: ignore[arg-type]
    settled = orders[:, WARM_UP:]
    assert (settled == 0).mean() < 0.005
    ratios: npt.NDArray[np.float64] = settled.var(axis=(1, 2)) / demand[WARM_UP:].var()
    return ratios


@pytest.mark.parametrize(("window", "lead", "target"), [(5, 1, 1.48), (5, 3, 2.92), (10, 3, 1.78)])
def test_v30_bullwhip_moving_average(window: int, lead: int, target: float) -> None:
    ratio = _ratios(IID, [lead], window, observe_moving_average)[0]
    assert ratio == pytest.approx(target, rel=0.01)


@pytest.mark.parametrize("cover_error", [-1, 1])
def test_v30_control_a_cover_one_week_off_misses(cover_error: int) -> None:
    ratio = _ratios(IID, [3], 5, observe_moving_average, cover_error=cover_error)[0]
    assert ratio != pytest.approx(2.92, rel=0.1)


def test_v30_position_form_is_chens_difference_of_levels() -> None:
    """O_t = S_t - S_{t-1} + D_t, week by week, whatever the stage's supplier does."""
    orders, _ = run_chain(IID[:60, :3], [3], 5, observe_moving_average)
    forecast = order_rules.open_forecast(np.full(3, IID[:60, :3].mean()), 0, 5)
    before = 3 * forecast.level
    for t in range(60):
        observe_moving_average(forecast, IID[t, :3], t)
        level = order_rules.order_up_to_level(forecast.level, np.float64(0), 3, 0.0)
        if t > 5:  # the first orders run down the opening stock
            np.testing.assert_allclose(orders[0, t], level - before + IID[t, :3], atol=1e-9)
        before = level


def test_v31_bullwhip_correlated_demand() -> None:
    demand = correlated_demand(31, 100, 10, 0.7, WEEKS, 1000)
    assert _ratios(demand, [3], 5, observe_moving_average)[0] == pytest.approx(2.597, rel=0.01)
    assert _ratios(IID, [3], 5, observe_moving_average)[0] != pytest.approx(2.597, rel=0.05)  # without correlation


def test_v32_bullwhip_exponential_smoothing() -> None:
    assert _ratios(IID, [3], 1, partial(observe_smoothing, weight=0.2))[0] == pytest.approx(2.60, rel=0.01)
    assert _ratios(IID, [3], 1, partial(observe_smoothing, weight=0.3))[0] != pytest.approx(2.60, rel=0.1)


def test_v33_shared_forecast_turns_the_product_into_the_sum() -> None:
    shared = _ratios(IID, [2, 2, 2], 5, observe_moving_average, shared=True)
    apart = _ratios(IID, [2, 2, 2], 5, observe_moving_average)
    assert shared[2] == pytest.approx(6.28, rel=0.01)
    assert apart[2] >= 9.53
    assert apart[2] == pytest.approx(13.5, rel=0.02)  # max(0, .) binds in 3 orders of a thousand
    assert shared[0] == pytest.approx(apart[0], rel=1e-12)  # one sum, taken in another order
    assert (np.diff(shared) > 0).all() and (apart[1:] > shared[1:]).all()


def test_v33_control_the_last_stage_without_sharing_misses() -> None:
    """Forecasts that nobody hands on do not help: the target of sharing is out of reach."""
    assert _ratios(IID, [2, 2, 2], 5, observe_moving_average)[2] != pytest.approx(6.28, rel=0.5)
