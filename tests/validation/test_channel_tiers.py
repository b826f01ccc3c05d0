"""V33 and X14 on the market's own phase: customers, a sub-distributor, its supplier and the plant in series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.validation.serial_chain import Chain, Reals, normal_demand, open_chain, scenario_of

WEEKS, WARM_UP, CHAINS = 900, 100, 48
LEAD, WINDOW = 2, 5
#: Hundred times N(100, 10), so that whole units do not blur the ratios.
DEMAND = normal_demand(33, 10_000, 1_000, WEEKS, CHAINS)
SERIAL = {
    "params.channel.lead_time": LEAD,
    "params.channel.sub_lead_time": LEAD,
    "params.channel.production_lead_time": LEAD,
    "params.channel.forecast_window": WINDOW,
}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenario_of(tmp_path_factory.mktemp("serial"), CHAINS)


def chain_of(path: Path, weeks: int, shares: tuple[str, ...], to_suppliers: bool) -> Chain:
    chain = open_chain(path, weeks, subs=1, **SERIAL, **{"params.channel.data_to_suppliers": to_suppliers})
    chain.share(*({"north": chain.main, "north-a": chain.sub}[name] for name in shares))
    chain.stock_up(70_000, 70_000)
    return chain


def series(path: Path, *, shares: tuple[str, ...] = (), to_suppliers: bool = False) -> Reals:
    """Orders of the sub-distributor, of its supplier, and production started [stage, week, chain]."""
    return chain_of(path, WEEKS, shares, to_suppliers).play(DEMAND)


def ratios(orders: Reals) -> Reals:
    settled = orders[:, WARM_UP:]
    assert (settled == 0).mean() < 0.005
    found: Reals = settled.var(axis=(1, 2)) / DEMAND[WARM_UP:].var()
    return found


def of_filter(weights: Reals) -> float:
    """Variance ratio of orders that are a linear filter of independent demand."""
    return float(np.square(weights).sum())


ONE = np.zeros(3 * WINDOW + 1)
ONE[0] = 1.0
#: What a stage adds to what it is asked: L times the change of the moving average (Chen et al. 2000).
CORRECTION = np.zeros(WINDOW + 1)
CORRECTION[[0, WINDOW]] = LEAD / WINDOW, -LEAD / WINDOW


def asked_of(weights: Reals, news: Reals) -> Reals:
    """Orders of a stage that is asked ``weights`` and forecasts by ``news``."""
    return weights + np.convolve(news, CORRECTION)[: len(weights)]


def test_v33_the_markets_channel_is_a_chain_of_three_stages(scenario: Path) -> None:
    found = series(scenario)
    first = asked_of(ONE, ONE)
    second = asked_of(first, first)
    third = asked_of(second, second)
    for stage, weights in enumerate((first, second, third)):
        exact = np.apply_along_axis(np.convolve, 0, DEMAND - 10_000, weights)[:WEEKS] + 10_000
        quiet = (found[:, WARM_UP:] > 0).all(axis=0)  # max(0, .) binds in 3 orders of a thousand, and lingers
        off = np.abs(found[stage, WARM_UP:] - exact[WARM_UP:])[quiet]
        assert np.mean(off <= 10) > 0.9, "whole units, and that is all there is between them: week by week"
    targets = [of_filter(w) for w in (first, second, third)]
    assert targets == pytest.approx([2.12, 5.1216, 13.517], rel=1e-3)
    assert ratios(found) == pytest.approx(targets, rel=0.03)
    assert ratios(found)[2] >= 9.53


def test_v33_data_that_reach_every_stage_turn_the_product_into_the_sum(scenario: Path) -> None:
    found = ratios(series(scenario, shares=("north", "north-a"), to_suppliers=True))
    assert found[2] == pytest.approx(6.28, rel=0.03)
    assert found[0] == pytest.approx(2.12, rel=0.03)


def test_v33_data_that_reach_the_plant_alone_calm_the_last_stage(scenario: Path) -> None:
    first = asked_of(ONE, ONE)
    last = asked_of(asked_of(first, first), ONE)
    found = ratios(series(scenario, shares=("north", "north-a")))
    assert found[2] == pytest.approx(of_filter(last), rel=0.03)
    assert found[2] < 0.65 * 13.517
    assert found[1] == pytest.approx(5.1216, rel=0.03)  # the supplier still listens to orders


def test_v33_control_data_of_the_supplier_say_nothing_of_its_subs_customers(scenario: Path) -> None:
    """The plant learns nothing of the volume that is sold by a sub-distributor who keeps its data to itself."""
    found = ratios(series(scenario, shares=("north",), to_suppliers=True))
    assert found[2] == pytest.approx(13.517, rel=0.03)
