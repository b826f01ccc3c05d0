"""X14: variance rises up the channel and falls when data are shared, by the KPIs of the scorecard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.market import Market
from tests.validation.serial_chain import normal_demand, open_chain, scenario_of

STAGES = ("bullwhip_distributors", "bullwhip_plant", "bullwhip")
SHARED = {"policy.sharing_contract.kind": "paid", "policy.share_data.a0": 20.0}
#: Nobody learns from demand, and everybody orders every week: what goes out is what was asked.
CALM = {
    "params.channel.order_cycle": 1,
    "params.channel.forecast": "exponential",
    "params.channel.smoothing": 0.0,
    "policy.ordering.safety_factor": 0.0,
    "policy.production.safety_factor": 0.0,
}
WEEKS = 500


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenario_of(tmp_path_factory.mktemp("amplification"), 48)


def of_series(scenario: Path, shared: bool) -> list[float]:
    """The KPIs of three stages in series with L = 2 and p = 5, on independent normal demand."""
    lags = {f"params.channel.{name}": 2 for name in ("lead_time", "sub_lead_time", "production_lead_time")}
    given = {**lags, "params.channel.forecast_window": 5, "params.channel.data_to_suppliers": shared}
    chain = open_chain(scenario, WEEKS, subs=1, **given)
    chain.share(*((chain.main, chain.sub) if shared else ()))
    chain.stock_up(20_000, 20_000)
    chain.expect(10_000)
    chain.play(normal_demand(14, 10_000, 1_000, WEEKS, 48), recorded=True)
    return figures(chain.market)


def figures(market: Market) -> list[float]:
    """Amplification by distributors, by the plant and by the whole chain, as the scorecard has it."""
    card = market.results.scorecard.set_index("kpi")["value"]
    return [float(card[name]) for name in STAGES]


def of_market(seed: int, **overrides: Any) -> list[float]:
    """The same in the built-in market, whole."""
    return figures(Market("regional_plain", seed=seed, customers=1500, weeks=104, overrides=overrides).run())


def test_x14_the_kpi_is_the_ratio_of_a_chain_whose_ratio_is_known(scenario: Path) -> None:
    """V33: 5.12 up to the orders at the plant, 13.5 in all; 6.28 when every stage hears of the customers' demand."""
    distributors, plant, whole = of_series(scenario, shared=False)
    assert whole == pytest.approx(13.517, rel=0.1)
    assert distributors == pytest.approx(5.1216, rel=0.1)
    assert plant == pytest.approx(13.517 / 5.1216, rel=0.1)
    shared = of_series(scenario, shared=True)
    assert shared[2] == pytest.approx(6.28, rel=0.1)
    assert shared[0] * shared[1] == pytest.approx(shared[2])


@pytest.mark.parametrize("seed", [1, 2])
def test_x14_bullwhip_rises_up_the_chain_and_falls_with_sharing(seed: int) -> None:
    apart, shared = of_market(seed), of_market(seed, **SHARED)
    assert apart[0] > 1.3 and apart[1] > 1.3, "each stage orders more unevenly than it is asked"
    assert apart[2] == pytest.approx(apart[0] * apart[1])
    assert shared[2] < 0.6 * apart[2]


def test_x14_control_without_forecasts_that_learn_nothing_is_amplified() -> None:
    calm = of_market(1, **CALM)
    assert max(calm) < 1.2
