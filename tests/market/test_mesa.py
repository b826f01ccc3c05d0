"""The market is a Mesa model in good standing: agents, steps, data collector, batch runs; customers and networks can be looked at."""

from __future__ import annotations

import mesa
import networkx as nx
import pandas as pd
import pytest

from sim import Market
from sim.agents.competitor import Competitor
from sim.agents.customer_segment import CustomerSegment
from sim.agents.distributor import Distributor
from sim.agents.manufacturer import Manufacturer
from sim.agents.sales_manager import SalesManager
from sim.agents.sales_rep import SalesRep
from sim.errors import InputErrors
from sim.scenario import Scenario
from tests.market.runs import small


def test_a_market_is_made_by_name_with_a_few_words() -> None:
    market = Market("regional_plain", seed=7, weeks=8, customers=2000)
    assert (market.scenario.weeks, len(market.state.customers)) == (8, 2000)
    assert market.run() is market
    assert (market.week, market.running) == (8, False)
    with pytest.raises(ValueError, match="8 weeks and all of them have been run"):
        market.run_week()


def test_a_wrong_name_is_refused_in_words() -> None:
    with pytest.raises(InputErrors, match="regional_plain"):
        Market("regional_equipmnt")


def test_all_kinds_of_agents_are_on_stage() -> None:
    market = small("deep_marketing")
    counts = {kind: len(agents) for kind, agents in market.agents_by_type.items()}
    assert counts[SalesRep] == 48
    assert counts[SalesManager] == 6
    assert counts[Distributor] == 16
    assert counts[Competitor] == 3
    assert counts[Manufacturer] == 1
    market.run()
    assert len(market.agents_by_type[CustomerSegment]) == 5  # four segments, and those without one
    assert sum(len(segment) for segment in market.segments) == 1500
    rep = market.reps[0]
    assert rep.calls >= 0
    assert 0 <= rep.effort <= 1
    with pytest.raises(AttributeError, match="no attribute 'salry'"):
        _ = rep.salry


def test_a_data_collector_reads_the_market() -> None:
    market = small(weeks=4)
    collector = mesa.DataCollector(
        model_reporters={"calls": lambda m: sum(rep.calls for rep in m.reps), "week": "week"},
        agenttype_reporters={SalesRep: {"skill": "skill", "effort": "effort"}},
    )
    for _ in range(4):
        market.step()
        collector.collect(market)
    frame = collector.get_model_vars_dataframe()
    assert frame["week"].tolist() == [1, 2, 3, 4]
    assert frame["calls"].tolist() == market.results.measure("calls").sum(axis=1).tolist()
    reps = collector.get_agenttype_vars_dataframe(SalesRep)
    assert len(reps) == 4 * 48


def test_mesa_batch_run_works() -> None:
    rows = mesa.batch_run(
        Market,
        {
            "scenario": "regional_plain",
            "weeks": 4,
            "customers": 600,
            "seed": [1, 2],
            "policy": ["status_quo", "deep_marketing"],
        },
        number_processes=1,
        display_progress=False,
        data_collection_period=-1,
    )
    table = pd.DataFrame(rows)
    assert set(table["policy"]) == {"status_quo", "deep_marketing"}
    assert len(table) == 4
    assert table.groupby("seed")["contribution"].nunique().tolist() == [2, 2]
    again = Market("regional_plain", seed=2, policy="deep_marketing", weeks=4, customers=600).run()
    row = table[(table["seed"] == 2) & (table["policy"] == "deep_marketing")].iloc[0]
    card = again.results.scorecard.set_index("kpi")["value"]
    assert {name: row[name] for name in card.index} == pytest.approx(card.to_dict(), rel=0, abs=0, nan_ok=True)


def test_a_row_of_a_week_holds_the_scorecard_of_the_run_up_to_it() -> None:
    rows = mesa.batch_run(
        Market,
        {"scenario": "tiny", "weeks": 6, "customers": 100},
        number_processes=1,
        display_progress=False,
        data_collection_period=1,
    )
    market, cards = Market("tiny", weeks=6, customers=100), []
    for _ in range(6):
        market.step()
        cards.append(market.results.scorecard.set_index("kpi")["value"])
    assert [row["Step"] for row in rows] == list(range(6))
    for row, card in zip(rows, cards, strict=True):
        assert {name: row[name] for name in card.index} == pytest.approx(card.to_dict(), rel=0, abs=0, nan_ok=True)
    weekly = market.results.kpis_weekly.query("kpi == 'contribution'")["value"].tolist()
    assert rows[-1]["contribution"] == pytest.approx(sum(weekly))
    assert rows[-1]["contribution"] != pytest.approx(weekly[-1])  # what such a row once held


def iterated(seed: object = None, iterations: int = 4, processes: int = 1) -> pd.DataFrame:
    settings: dict[str, object] = {"scenario": "tiny", "weeks": 4, "customers": 100}
    rows = mesa.batch_run(
        Market,
        settings if seed is None else settings | {"seed": seed},
        iterations=iterations,
        number_processes=processes,
        display_progress=False,
    )
    return pd.DataFrame(rows).sort_values("RunId", ignore_index=True)


@pytest.mark.parametrize("seed", [None, 7, [7, 8], range(1, 4)])
def test_iterations_are_runs_of_their_own_that_can_be_repeated(seed: object) -> None:
    table = iterated(seed)
    assert table["contribution"].nunique() == table["seed"].nunique() == len(table)
    first = table[table["iteration"] == 0]["seed"].tolist()
    assert first == (
        [Market("tiny", weeks=1, customers=100).seed] if seed is None else [seed] if seed == 7 else list(seed)
    )  # type: ignore[call-overload]
    pd.testing.assert_frame_equal(table, iterated(seed))
    for row in table.iloc[[0, -1]].itertuples():
        again = Market("tiny", weeks=4, customers=100, seed=int(row.seed)).run()
        assert again.datacollector.model_vars["contribution"][-1] == row.contribution


def test_policies_of_one_iteration_meet_the_same_luck() -> None:
    settings = {"scenario": "tiny", "weeks": 2, "customers": 100, "policy": ["status_quo", "deep_marketing"]}
    table = pd.DataFrame(mesa.batch_run(Market, settings, iterations=3, number_processes=1, display_progress=False))
    assert (table.groupby("iteration")["seed"].nunique() == 1).all()


def test_a_model_made_of_a_market_iterates_too() -> None:
    class Mine(Market):
        def __init__(self, weeks: int) -> None:
            super().__init__("tiny", weeks=weeks, customers=60)
            self.other = Market("tiny", weeks=1, customers=60)  # not the batch's model: its seed is its own

    assert Mine(1).other.seed == Mine(1).seed
    rows = mesa.batch_run(Mine, {"weeks": 2}, iterations=3, number_processes=1, display_progress=False)
    assert len({row["seed"] for row in rows}) == 3


def test_a_mesa_that_does_not_give_the_iteration_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = {"__name__": "mesa.batchrunner", "Market": Market}
    exec("def run(place):\n    return Market('tiny', weeks=1, customers=50)", scope)
    with pytest.raises(InputErrors, match="one seed for each run"):
        scope["run"](3)  # type: ignore[operator]


def test_agents_of_any_class_have_ids_of_their_market_from_1() -> None:
    class Visitor(mesa.Agent):
        pass

    for _ in range(2):
        market = small(weeks=2)
        ids = [agent.unique_id for agent in market.agents]
        assert sorted(ids) == list(range(1, len(ids) + 1))
        assert Visitor(market).unique_id == len(ids) + 1
        assert not [model for model in mesa.Agent._ids if isinstance(model, Market)]


def test_customers_can_be_looked_at_one_by_one() -> None:
    market = small().run()
    customer = market.customer(3)
    assert customer.type_name in {t.name for t in market.scenario.world.customer_types}
    assert set(customer.knows) <= {b.name for b in market.scenario.world.brands}
    assert customer.stage_name in {"unknown", "aware", "considering", "buyer", "loyal", "lapsed"}
    assert len(customer.neighbours) > 0
    assert "Customer 3" in repr(customer)
    with pytest.raises(IndexError, match=r"customers 0\.\.1499"):
        market.customer(1500)
    with pytest.raises(AttributeError, match="a customer has no 'age'"):
        _ = customer.age


def test_networks_come_out_as_graphs() -> None:
    market = small()
    graph = market.network
    assert isinstance(graph, nx.Graph)
    assert graph.number_of_nodes() == 1500
    assert graph.degree(3) == len(market.customer(3).neighbours)
    regions = market.territory_map
    assert nx.is_connected(regions)
    assert sum(share for _, share in regions.nodes(data="share")) == pytest.approx(1.0)


def test_reps_leave_the_stage_with_their_positions() -> None:
    market = small(weeks=2, overrides={"policy.head_count.extra": -2})
    assert len(market.reps) == 48
    market.run()
    assert len(market.reps) == len(market.agents_by_type[SalesRep]) == 32


def test_settings_in_addition_to_a_loaded_scenario_are_refused() -> None:
    """They were once ignored silently: a run of one week took all weeks of the scenario."""
    with pytest.raises(ValueError, match=r"give policy, weeks, customers, overrides to Scenario\.load"):
        Market(Scenario.load("tiny"), weeks=1)
