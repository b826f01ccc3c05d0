"""V33 on the market's own phase: customers, a sub-distributor, its supplier and the plant are three stages in series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from sim.market import Market
from sim.phases.fulfil import fulfil
from sim.rng import normal
from sim.solvers.order_rules import observe_moving_average
from sim.state import MarketState
from sim.today import Purchases, Today
from sim.week import WEEK
from tests.validation.channel_runs import run_chain

Reals = npt.NDArray[np.float64]

WEEKS, WARM_UP, CHAINS = 900, 100, 48
LEAD, WINDOW = 2, 5
#: Hundred times N(100, 10), so that whole units do not blur the ratios.
DEMAND = np.rint(10_000 + 1_000 * normal(33, 250, 0, np.arange(WEEKS * CHAINS)).reshape(WEEKS, CHAINS))
SERIAL = {
    "territory.north.sub_distributors": 1,
    "params.channel.lead_time": LEAD,
    "params.channel.sub_lead_time": LEAD,
    "params.channel.production_lead_time": LEAD,
    "params.channel.order_cycle": 1,
    "params.channel.forecast_window": WINDOW,
    "params.channel.unserved_wait": 1.0,
    "params.channel.unserved_switch": 0.0,
    "policy.ordering.safety_factor": 0.0,
    "policy.ordering.extra_cover": 0.0,
    "policy.production.safety_factor": 0.0,
    "policy.production.extra_cover": 0.0,
}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many offers of ours as there are chains: nothing couples them in the channel."""
    offer = '[[offer]]\nname = "{}"\nbrand = "own"\ncategory = "refill"\nunit_cost = 900\nlist_price = 1_700\n'
    text = 'extends = "tiny"\nname = "serial"\n' + "".join(
        offer.format(f"refill_{k}") + "attributes = [0.4, 0.2]\n" for k in range(CHAINS)
    )
    path = tmp_path_factory.mktemp("serial") / "serial.toml"
    path.write_text(text, encoding="utf-8")
    return path


def asked(state: MarketState, customer: int, columns: npt.NDArray[np.int64], units: Reals) -> Purchases:
    """One order of ``customer`` for each chain, in the order of offers."""
    offers = np.array(state.layout.own_offers)[columns]
    same = np.zeros(len(columns), dtype=np.int64)
    home = int(state.customers.distributor[customer])
    return Purchases(
        customer=same + customer,
        offer=offers,
        units=units.astype(np.int64),
        index=np.arange(len(columns)),
        waited=same,
        price=same,
        discount=same,
        stock=home * len(state.layout.own_offers) + columns,
        habit=offers,
    )


def series(path: Path, *, shares: tuple[str, ...] = (), to_suppliers: bool = False) -> Reals:
    """Orders of the sub-distributor, of its supplier, and production started [stage, week, chain]."""
    given = {**SERIAL, "params.channel.data_to_suppliers": to_suppliers}
    market = Market(str(path), seed=1, weeks=WEEKS, customers=100, overrides=given)
    state, writes = market.state, next(phase.writes for phase in WEEK if phase.name == "fulfil")
    names = market.names.distributors
    main, sub = names.index("north"), names.index("north-a")
    columns = np.flatnonzero([state.layout.offers[j].name.startswith("refill_") for j in state.layout.own_offers])
    columns = columns[-CHAINS:]
    customer = int(np.flatnonzero(state.customers.distributor == sub)[0])
    with state.lend(("distributors.shares_data", "distributors.volume", "distributors.purchases")):
        state.distributors.shares_data[[names.index(name) for name in shares]] = True
        # All that is sold in this market is sold here.
        state.distributors.volume[:] = state.distributors.purchases[:] = 0.0
        state.distributors.volume[sub] = state.distributors.purchases[main] = state.distributors.purchases[sub] = 1.0
    with state.lend(("channel.channel_on_hand", "channel.plant_on_hand")):
        state.channel.on_hand[...] = 0
        state.channel.on_hand[main, columns] = state.channel.on_hand[sub, columns] = 70_000
        state.plant.on_hand[...] = 70_000
    found = np.empty((3, WEEKS, CHAINS))
    for week in range(WEEKS):
        state.today = Today(orders=asked(state, customer, columns, DEMAND[week]))
        with state.lend(writes):
            fulfil(state)
        assert state.today.started is not None
        found[:, week] = (*state.distributors.ordered[[sub, main]][:, columns], state.today.started[columns])
        state.week += 1
    return found


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
    reference, _ = run_chain(DEMAND, [LEAD] * 3, WINDOW, observe_moving_average)
    # Whole units, and that is all there is between them: week by week, chain by chain.
    np.testing.assert_allclose(found[:, WARM_UP:], reference[:, WARM_UP:], atol=10)
    first = asked_of(ONE, ONE)
    second = asked_of(first, first)
    third = asked_of(second, second)
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
