"""The import of an edge list: a market whose customers talk along it; corrections are reported, everything else is refused."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from crm_fixture import ACCOUNTS, small_crm
from import_fuzz import check_any_end

from experiments.intake import import_crm
from experiments.intake.network.network_shape import describe_network
from experiments.intake.network_import import import_network
from experiments.intake.tables.quality_ledger import CORRECTED
from experiments.rehearsal import rehearse
from sim.errors import InputErrors
from sim.market import Market
from sim.reading.library import available_policies
from sim.scenario import Scenario

_DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not _DATA.is_dir(), reason="the tables are not at ../shared/data next to the clone")


def edges(path: Path, rows: list[str], header: str = "source,target") -> Path:
    """A file of ties."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def ring(nodes: int = 24) -> list[str]:
    """Ties of a ring with names that sort differently as text and as numbers."""
    return [f"{k},{(k + 1) % nodes}" for k in range(nodes)]


def test_an_edge_list_becomes_a_market_on_these_ties(tmp_path: Path) -> None:
    rows = [*ring(), "1,0", "5,5", ",3", "0,1"]
    summary = import_network(edges(tmp_path / "e.csv", rows), tmp_path / "out", base="tiny")
    scenario = Scenario.load(tmp_path / "out")
    assert scenario.world.customers == 24
    graph = Market(scenario, seed=1).network
    assert nx.is_isomorphic(graph, nx.cycle_graph(24))
    assert sorted(graph.neighbors(10)) == [9, 11], "numbers keep their order"
    found = {(f.kind, f.what, f.count) for f in summary.ledger.findings}
    assert found == {
        ("set aside", "ties of a customer to itself", 1),
        ("set aside", "ties with one end blank", 1),
        (CORRECTED, "repeated ties", 1),
        (CORRECTED, "ties also named in the other direction", 1),
    }
    page = (tmp_path / "out" / "quality.md").read_text(encoding="utf-8")
    assert "repeated ties" in page
    assert "Fit on the weeks" not in page


def test_head_count_and_yearly_sums_fit_the_number_of_customers(tmp_path: Path) -> None:
    base = Scenario.load("tiny")
    out = tmp_path / "out"
    import_network(edges(tmp_path / "e.csv", ring(60)), out, base="tiny")
    small = Scenario.load(out)
    factor = 60 / base.world.customers
    assert small.params.costs.overhead == round(base.params.costs.overhead * factor)
    assert small.params.rivals.advertising == round(base.params.rivals.advertising * factor)
    assert small.world.sales_force.reps_per_territory == max(
        1, round(base.world.sales_force.reps_per_territory * factor)
    )
    assert small.policy["pay"] == base.policy["pay"], "pay per head does not depend on head count"
    for name in available_policies():
        full, scaled = Scenario.load("tiny", policy=name).policy, Scenario.load(out, policy=name).policy
        assert {q: r.kind for q, r in scaled.items()} == {q: r.kind for q, r in full.items()}
        assert scaled["gateway"].staff == round(full["gateway"].staff * factor)  # type: ignore[attr-defined]


def test_awareness_travels_along_the_imported_ties_only(tmp_path: Path) -> None:
    """Talk is certain and everything else is off: those who know us after a week are those who knew us, and the neighbours of our users."""
    import_network(edges(tmp_path / "e.csv", ring(40)), tmp_path / "out", base="tiny")
    certain = {"weak": 0.999, "strong": 0.999}
    off = {"params.advertising.strength": 0.0, "params.awareness.visit": 0.0, "params.awareness.forgetting": 0.0}
    talk = {f"params.talk.{name}": value for name, value in certain.items()}
    market = Market(Scenario.load(tmp_path / "out", overrides={**off, **talk}, weeks=1), seed=3)
    state, own = market.state, market.state.layout.own_brand
    knew = (state.customers.aware >> own) & 1 == 1
    speaks = state.customers.speaks[:, own] > 0
    assert speaks.any() and not (knew | speaks).all()
    reached = np.array([speaks[list(market.network.neighbors(k))].any() for k in range(40)])
    market.run()
    knows = (state.customers.aware >> own) & 1 == 1
    assert knows[knew | reached].all()
    assert not knows[~knew & ~reached].any()
    assert (reached & ~knew).any() and (~reached & ~knew).any(), "the control sees both kinds"


def test_names_of_a_table_of_customers_are_matched(tmp_path: Path) -> None:
    company = tmp_path / "company"
    import_crm(small_crm().write(tmp_path), company, runs=0)
    ids = Scenario.load(company).data.customers["id"].tolist()  # type: ignore[union-attr]
    rows = [f"{a},{b}" for a, b in itertools.pairwise(ids)] + [f"{ids[0]},Nobody Ltd"]
    summary = import_network(edges(tmp_path / "e.csv", rows), tmp_path / "tied", base=str(company))
    scenario = Scenario.load(tmp_path / "tied", policy="deep_marketing")
    assert scenario.world.customers == ACCOUNTS
    market = Market(scenario, seed=1)
    assert nx.is_isomorphic(market.network, nx.path_graph(ACCOUNTS))
    assert [(f.what.split(" who")[0], f.count) for f in summary.ledger.findings] == [("ties of customers", 1)]
    own = Scenario.load(company, policy="deep_marketing").policy
    assert scenario.policy["gateway"] == own["gateway"], "the company's own policies are found"
    with pytest.raises(InputErrors, match="no tie joins two customers"):
        import_network(edges(tmp_path / "x.csv", ["a,b", "b,c"]), tmp_path / "y", base=str(company))


def test_labels_of_strong_ties_are_read_or_refused(tmp_path: Path) -> None:
    header = "from,to,strong"
    rows = ["a,b,yes", "b,a,no", "b,c,0", "c,d,no"]
    import_network(edges(tmp_path / "e.csv", rows, header), tmp_path / "out", base="tiny")
    graph = Market(Scenario.load(tmp_path / "out"), seed=1).network
    assert {tuple(sorted(e)): s for *e, s in graph.edges(data="strong")} == {(0, 1): True, (1, 2): False, (2, 3): False}
    with pytest.raises(InputErrors, match=r"rows? 2.*'0\.7' says neither"):
        import_network(edges(tmp_path / "f.csv", ["a,b,0.7", "b,c,1"], header), tmp_path / "g", base="tiny")


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        (["a,b"], "source,target", "too few remain: ties 1, customers 2"),
        (["a,b"], "ape,nut", "the headers match no known kind of table"),
        ([f"hub,{k}" for k in range(1700)], "source,target", "'hub' has 1,700 ties"),
    ],
)
def test_tables_that_are_not_networks_are_refused_and_nothing_is_written(
    tmp_path: Path, rows: list[str], header: str, message: str
) -> None:
    with pytest.raises(InputErrors, match=message):
        import_network(edges(tmp_path / "e.csv", rows, header), tmp_path / "out", base="tiny")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["chain", "star", "ring"])
@pytest.mark.parametrize("names", [3, 15, 16, 17, 40])
def test_what_an_import_writes_can_be_run(tmp_path: Path, kind: str, names: int) -> None:
    """The market has 16 distributors: with fewer names it could not be built, and the import refuses it."""
    rows = [f"c0,c{k}" if kind == "star" else f"c{k - 1},c{k}" for k in range(1, names)]
    file = edges(tmp_path / "e.csv", rows + ([f"c{names - 1},c0"] if kind == "ring" else []))
    out = tmp_path / "o"
    if names < 16:
        with pytest.raises(
            InputErrors, match=f"it names {names} customers, but regional_equipment has 16 distributors"
        ):
            import_network(file, out)
        assert not out.exists()
        return
    import_network(file, out)
    path = str(out / "scenario.toml")
    assert rehearse(Scenario.load(path), path) == []


def test_names_can_be_hashed(tmp_path: Path) -> None:
    import_network(
        edges(tmp_path / "e.csv", ["ann,bob", "bob,cy", "cy,ann"]), tmp_path / "o", base="tiny", hash_personal=True
    )
    written = "".join(p.read_text("utf-8") for p in (tmp_path / "o").iterdir() if p.suffix in (".csv", ".md", ".toml"))
    assert not any(name in written for name in ("ann,", "bob", "\ncy"))


def test_any_cells_end_in_a_network_or_a_message(tmp_path: Path) -> None:
    cells = ["", "0", "1", "2", "-1", "a", "b", "客户", "nan", "1e9", "x" * 200, " 3 ", "٣", '"q"']

    def attempt(seed: int, luck: random.Random) -> None:
        rows = [f"{luck.choice(cells)},{luck.choice(cells)}" for _ in range(luck.choice([1, 3, 12]))]
        import_network(edges(tmp_path / "e.csv", rows), tmp_path / "m", base="tiny")

    check_any_end(range(60), attempt)


def test_shapes_of_known_networks() -> None:
    graph = nx.connected_watts_strogatz_graph(200, 10, 0.1, seed=1)
    first, second = np.array(list(graph.edges)).T
    facts = describe_network(201, first, second)  # one customer more, without ties
    assert facts.ties == 1000 and facts.parts == 2 and facts.most == max(d for _, d in graph.degree)
    assert facts.largest == pytest.approx(200 / 201)
    assert facts.clustering == pytest.approx(nx.average_clustering(graph) * 200 / 201)
    exact = nx.average_shortest_path_length(graph)
    assert facts.steps == pytest.approx(exact, rel=0.02)


@needs_data
def test_a_real_network_of_4039_people(tmp_path: Path) -> None:
    summary = import_network(_DATA / "net_facebook_ego" / "edges.csv", tmp_path / "circle")
    values = {basis.name: basis.value for basis in summary.bases}
    assert values["customers"] == "4,039" and values["ties"] == "88,234"
    assert values["clustering"] == "0.606", "as published with the data"
    market = Market(Scenario.load(tmp_path / "circle", weeks=2), seed=1).run()
    assert market.network.number_of_edges() == 88_234
    frame = pd.read_csv(tmp_path / "circle" / "nodes.csv")
    assert frame["name"].tolist() == list(range(4039))
