"""Markets are freed: nothing in the process holds one that nobody uses any more."""

from __future__ import annotations

import contextlib
import gc
import pickle
import weakref
from collections.abc import Callable

import mesa
import pytest

from sim import Market
from sim.agents.sales_rep import SalesRep
from sim.errors import InputErrors
from tests.market.project_market import project_market
from tests.market.runs import small


def built() -> Market:
    return Market("tiny", weeks=2, customers=60)


def run() -> Market:
    return built().run()


def looked_at() -> Market:
    market = Market("tiny", weeks=3, customers=60, keep_orders=True, policy="deep_marketing").run()
    _ = market.results.scorecard, market.results.weekly, market.results.orders, market.network, market.territory_map
    return market


def collected() -> Market:
    market = built()
    collector = mesa.DataCollector({"calls": lambda m: len(m.reps)}, agenttype_reporters={SalesRep: {"skill": "skill"}})
    for _ in range(2):
        market.step()
        collector.collect(market)
    market.datacollector.get_model_vars_dataframe()
    return market


def seen_by_customer() -> Market:
    market = run()
    _ = [market.customer(row).neighbours for row in range(20)]
    return market


def broken_off() -> Market:
    market = built()
    with contextlib.suppress(ZeroDivisionError):
        market.run_week(observe=lambda phase: 1 // 0)
    return market


def beyond_the_end() -> Market:
    market = run()
    with contextlib.suppress(ValueError):
        market.run_week()
    return market


def unpickled() -> Market:
    market: Market = pickle.loads(pickle.dumps(built()))
    return market.run()


def with_others_agents() -> Market:
    market = built()
    for _ in range(3):
        mesa.Agent(market)
    return market


def with_projects() -> Market:
    return project_market(weeks=2, customers=60).run()


def with_everything_on() -> Market:
    return small("deep_marketing", weeks=2, customers=200).run()


WAYS = (
    built, run, looked_at, collected, seen_by_customer, broken_off, beyond_the_end, unpickled, with_others_agents,
    with_projects, with_everything_on,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_market_that_nobody_uses_is_freed(way: Callable[[], Market]) -> None:
    alive = [weakref.ref(way()) for _ in range(3)]
    states = [weakref.ref(market().state) for market in alive if market() is not None]  # type: ignore[union-attr]
    gc.collect()
    assert [market() for market in alive] == [None, None, None]
    assert [state() for state in states] == [None] * len(states)


def test_control_a_market_that_is_used_lives() -> None:
    market = built()
    alive = weakref.ref(market)
    gc.collect()
    assert alive() is market


def test_a_market_that_could_not_be_built_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Market]] = []

    def fail(self: Market) -> None:
        mesa.Agent(self)
        made.append(weakref.ref(self))
        raise RuntimeError("half built")

    monkeypatch.setattr(Market, "_make_agents", fail)
    with pytest.raises(RuntimeError, match="half built"):
        built()
    with pytest.raises(InputErrors):
        Market("tiny", seed=7.5)  # type: ignore[arg-type]
    gc.collect()
    assert [market() for market in made] == [None]


def test_markets_of_a_mesa_batch_are_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Market]] = []
    taken_in = Market._make_agents

    def note(self: Market) -> None:
        made.append(weakref.ref(self))
        taken_in(self)

    monkeypatch.setattr(Market, "_make_agents", note)
    settings = {"scenario": "tiny", "weeks": 2, "customers": 60}
    mesa.batch_run(Market, settings, iterations=4, number_processes=1, display_progress=False)
    gc.collect()
    assert [market() for market in made] == [None] * 4
