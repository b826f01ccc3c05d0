"""V30-V32: variance of orders over variance of demand on the market's own channel (Chen et al. 2000).

Stages, order rule, forecasts and the order of events are those of the week; the supplier never runs short. By
simulation a ratio is known to 2 %, from the answer to one push of demand to a few thousandths: such a chain is linear.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.validation.serial_chain import Reals, correlated_demand, normal_demand, open_chain, scenario_of

WARM_UP, WEEKS, CHAINS = 100, 900, 48
MEAN, DEVIATION = 10_000, 1_000
IID = normal_demand(30, MEAN, DEVIATION, WEEKS, CHAINS)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenario_of(tmp_path_factory.mktemp("many"), CHAINS)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenario_of(tmp_path_factory.mktemp("one"), 1)


def stage(lead: int, window: int = 5, **more: Any) -> dict[str, Any]:
    return {"params.channel.lead_time": lead, "params.channel.forecast_window": window, **more}


def exponential(weight: float) -> dict[str, Any]:
    return {"params.channel.forecast": "exponential", "params.channel.smoothing": weight}


def ratio(scenario: Path, demand: Reals, numbers: dict[str, Any]) -> float:
    """Var(O)/Var(D) of a distributor; its orders stay clear of max(0, .)."""
    chain = open_chain(scenario, len(demand), **numbers)
    chain.stock_up(6 * MEAN, 1e12)
    orders = chain.play(demand)[0, WARM_UP:]
    assert (orders == 0).mean() < 0.001
    return float(orders.var() / demand[WARM_UP:].var())


def answer_to_a_push(scenario: Path, numbers: dict[str, Any], weeks: int = 100) -> Reals:
    """What one unit more of demand in one week adds to the orders of that week and of those after it."""
    demand = np.full((200 + weeks, 1), float(MEAN))
    demand[200] += DEVIATION
    chain = open_chain(scenario, len(demand), **numbers)
    chain.stock_up(6 * MEAN, 1e12)
    return (chain.play(demand)[0, 200:, 0] - MEAN) / DEVIATION


@pytest.mark.parametrize(("window", "lead", "target"), [(5, 1, 1.48), (5, 3, 2.92), (10, 3, 1.78)])
def test_v30_bullwhip_moving_average(many: Path, one: Path, window: int, lead: int, target: float) -> None:
    assert np.square(answer_to_a_push(one, stage(lead, window))).sum() == pytest.approx(target, rel=0.01)
    assert ratio(many, IID, stage(lead, window)) == pytest.approx(target, rel=0.02)


def test_v30_control_a_cover_one_week_off_misses(many: Path) -> None:
    """A distributor who carries stock for a week of forecast more orders as with a lead time that is one week longer."""
    found = ratio(many, IID, stage(3, **{"policy.ordering.extra_cover": 1.0}))
    assert found == pytest.approx(1 + 2 * 4 / 5 + 2 * (4 / 5) ** 2, rel=0.03) != pytest.approx(2.92, rel=0.1)


@pytest.mark.parametrize("lead", [1, 3, 6])
@pytest.mark.parametrize("window", [1, 5, 26])
def test_v30_a_push_of_demand_is_answered_as_chen_says(one: Path, window: int, lead: int) -> None:
    """O_t = S_t − S_{t−1} + D_t: once what was asked and L/p more, and L/p less when the week leaves the average."""
    answer = answer_to_a_push(one, stage(lead, window))
    wanted = np.zeros(len(answer))
    wanted[0] = 1.0 + lead / window
    wanted[window] -= lead / window
    np.testing.assert_allclose(answer, wanted, atol=3e-3)
    assert np.square(answer).sum() == pytest.approx(1 + 2 * lead / window + 2 * (lead / window) ** 2, abs=0.05)


def test_v31_bullwhip_correlated_demand(many: Path) -> None:
    demand = correlated_demand(31, MEAN, DEVIATION, 0.7, WEEKS, CHAINS)
    assert ratio(many, demand, stage(3)) == pytest.approx(2.597, rel=0.03)


def test_v31_the_answer_to_a_push_says_the_same_and_without_correlation_misses(one: Path) -> None:
    answer = answer_to_a_push(one, stage(3))
    apart = np.abs(np.subtract.outer(np.arange(len(answer)), np.arange(len(answer))))
    assert answer @ 0.7**apart @ answer == pytest.approx(2.597, rel=1e-3)
    assert answer @ answer == pytest.approx(2.92, rel=1e-3)


def test_v32_bullwhip_exponential_smoothing(many: Path, one: Path) -> None:
    numbers = {**stage(3), **exponential(0.2)}
    assert np.square(answer_to_a_push(one, numbers)).sum() == pytest.approx(2.60, rel=0.01)
    assert ratio(many, IID, numbers) == pytest.approx(2.60, rel=0.02)


@pytest.mark.parametrize("lead", [1, 3])
@pytest.mark.parametrize("weight", [0.0, 0.36, 1.0])
def test_v32_a_push_is_answered_by_smoothing(one: Path, weight: float, lead: int) -> None:
    """1 + Lα at once, then −Lα²(1−α)^k; in all 1 + 2Lα + 2L²α²/(2−α)."""
    answer = answer_to_a_push(one, {**stage(lead), **exponential(weight)})
    assert answer[0] == pytest.approx(1 + lead * weight, abs=3e-3)
    exact = 1 + 2 * lead * weight + 2 * (lead * weight) ** 2 / (2 - weight)
    assert np.square(answer).sum() == pytest.approx(exact, abs=0.02)


def test_v32_control_another_weight_or_a_moving_average_misses(one: Path) -> None:
    for other in (exponential(0.3), {}):
        assert np.square(answer_to_a_push(one, {**stage(3), **other})).sum() != pytest.approx(2.60, rel=0.1)
