"""The order of rows and entries says nothing: every table and list, permuted, is the same market to the bit.

Rows that are added leave everybody else's draws alone: keys are hashes of ids and names, not places in a file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tomli_w

from sim.errors import InputErrors
from sim.market import Market
from sim.scenario import Scenario
from tests.market.runs import fingerprint
from tests.market.service_on import SERVICE_ON

PROJECTS = Path(__file__).parent / "projects.toml"
CUSTOMERS = 240
TABLES = ("customers", "roster", "offers", "ties", "distributors", "projects")

#: Customers who change and close, and reps who say what they value.
CHANGING = {
    "params.tastes.every": 3,
    "params.tastes.renewal": 0.5,
    "params.tastes.widening": 0.2,
    "params.tastes.type_change": 0.5,
    "customer_type.workshop.closing": 0.8,
    "customer_type.plant.closing": 0.8,
    "params.pitch.strength": 0.5,
    "params.studies.delay": 1,
    "policy.studies.kind": "calendar",
    "policy.studies.usage": 0,
    "policy.studies.needs": 60,
    "policy.message.kind": "by_segment",
    "policy.message.every": 2,
    "policy.offer_variants.kind": "by_segment",
    "policy.offer_variants.every": 2,
    "policy.offer_variants.least_asked": 1,
    "policy.offer_variants.least_fit": 0.0,
    "params.offer_variants.reach": 0.5,
    "params.offer_variants.weeks": 1,
}


def tables() -> dict[str, pd.DataFrame]:
    """One of each table that users can give, in the order in which somebody may have typed it."""
    g = np.random.default_rng(5)
    ids = [f"C{k:03d}" for k in g.permutation(CUSTOMERS)]
    territory = g.choice(["south", "north"], CUSTOMERS)
    reps = {"north": ["zora", "ann"], "south": ["mia", "bob", "kim"]}
    homes = {"north": ["north", "corner", "shop"], "south": ["south", "far"]}
    first, second = g.choice(ids, (2, 500))
    found = {
        "customers": pd.DataFrame(
            {
                "id": ids,
                "type": g.choice(["workshop", "plant"], CUSTOMERS),
                "territory": territory,
                "purchase_rate": g.gamma(1.2, 0.15, CUSTOMERS),
                "order_size": g.lognormal(0.8, 0.4, CUSTOMERS),
                "rep": [g.choice(["", *reps[t]]) for t in territory],
                "distributor": [g.choice(["", *homes[t]]) for t in territory],
                "mark_growth": g.normal(0.2, 0.3, CUSTOMERS),
                "mark_size": g.normal(3, 1, CUSTOMERS),
            }
        ),
        "roster": pd.DataFrame(
            {
                "rep": ["zora", "mia", "ann", "bob", "kim"],
                "manager": ["yves", "abe", "yves", "abe", "yves"],
                "territory": ["north", "south", "north", "south", "south"],
                "skill": [0.5, -0.2, 0.1, 1.0, 0.0],
            }
        ),
        "offers": pd.DataFrame(
            {
                "offer": ["refill_new", "machine_one", "refill_one", "machine_rival", "refill_rival"],
                "brand": ["own", "own", "own", "rival", "rival"],
                "category": ["refill", "machine", "refill", "machine", "refill"],
                "unit_cost": [800, 60_000, 900, 60_000, 850],
                "list_price": [1_500, 100_000, 1_700, 95_000, 1_650],
                "quality": [0.1, 0.2, 0.0, 0.1, 0.1],
                "attribute_power": [0.2, 0.6, 0.1, 0.5, 0.3],
                "attribute_ease": [0.5, 0.1, 0.4, 0.2, 0.3],
            }
        ),
        "ties": pd.DataFrame({"first": first, "second": second, "strong": g.integers(0, 2, 500)}),
        "distributors": pd.DataFrame(
            {
                "distributor": ["south", "shop", "north", "far", "corner"],
                "territory": ["south", "north", "north", "south", "north"],
                "supplier": ["", "north", "", "south", "north"],
                "size": [2, 1, 3, 1, 1],
            }
        ),
        "projects": pd.DataFrame(
            {
                "customer": g.choice(ids[:30], 60),
                "category": "line",
                "opened_week": g.integers(-6, 0, 60),
            }
        ),
    }
    found["ties"] = found["ties"][found["ties"]["first"] != found["ties"]["second"]]
    return found


def written(folder: Path, given: dict[str, pd.DataFrame], network: str = "edge_list", **settings: Any) -> Market:
    """A market of the tables, not yet run."""
    folder.mkdir(parents=True)
    files = {}
    for kind, table in given.items():
        files[kind] = f"{kind}.parquet" if kind in ("customers", "projects") else f"{kind}.csv"
        path = folder / files[kind]
        table.to_parquet(path, index=False) if path.suffix == ".parquet" else table.to_csv(path, index=False)
    content = {"extends": str(PROJECTS), "name": "ours", "data": files, "params": {"network": {"kind": network}}}
    (folder / "scenario.toml").write_text(tomli_w.dumps(content), encoding="utf-8")
    short = {"params.channel.stock_weeks_at_start": 0.5, "params.channel.plant_weeks_at_start": 0.5}
    given_settings = {"weeks": 12, "policy": "deep_marketing", "overrides": {**short, **CHANGING}} | settings
    return Market(str(folder), seed=9, **given_settings)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> str:
    market = written(tmp_path_factory.mktemp("straight") / "m", tables()).run()
    assert market.results.measure("unserved_units").sum() > 0  # goods run short: lotteries are held
    assert market.results.measure("projects_open").sum() > 0
    assert market.results.measure("message_accounts").sum() > 0
    assert market.results.measure("variant_units").sum() > 0
    assert market.results.measure("closed_firms").sum() > 0
    return fingerprint(market)


@pytest.mark.parametrize(("kind", "seed"), [*((kind, 1) for kind in TABLES), ("all", 2), ("all", 3)])
def test_rows_of_a_table_in_another_order_are_the_same_market(
    tmp_path: Path, straight: str, kind: str, seed: int
) -> None:
    given = tables()
    for name in TABLES if kind == "all" else (kind,):
        given[name] = given[name].sample(frac=1, random_state=seed)
        assert not given[name].equals(tables()[name])
    assert fingerprint(written(tmp_path / "m", given).run()) == straight


def test_service_and_talks_do_not_see_the_order_of_rows(tmp_path: Path) -> None:
    given = tables()
    failing = {"category.machine.failure_rate": 6.0, "policy.service.engineers": 0.05, "params.service.patience": 4}
    short = {"params.channel.stock_weeks_at_start": 0.5, "params.channel.plant_weeks_at_start": 0.5}
    settings = {"overrides": {**SERVICE_ON, **failing, **short}}
    one = written(tmp_path / "one", given, **settings).run()
    assert one.results.measure("given_up").sum() > 0
    assert one.state.customers.dimensions.std(axis=0).min() > 0
    turned = {name: table.sample(frac=1, random_state=2) for name, table in given.items()}
    assert fingerprint(written(tmp_path / "other", turned, **settings).run()) == fingerprint(one)


def test_plans_and_hand_overs_do_not_see_the_order_of_rows(tmp_path: Path) -> None:
    """Each rule that divides calls, with new labels and new plans every few weeks, calls by size, rebates and losses."""
    costly = {
        "params.change.hand_over_loss": 0.3,
        "params.call_length.exponent": 0.4,
        "params.rebates.power": 0.2,
        "params.people.quit_probability": 0.9,
        "params.database.ledger_share": 0.6,
        "policy.ledger.kind": "books",
        "policy.segmentation.every": 2,
        "policy.coverage.every": 3,
    }
    given = tables()
    for number, rule in enumerate(("segment_norms", "abc")):
        settings = {"weeks": 30, "overrides": {**costly, "policy.coverage.kind": rule}}
        one = written(tmp_path / f"one{number}", given, **settings).run()
        assert one.results.measure("handed_over").sum() > 0 and one.results.measure("lost_by_hand_over").sum() > 0
        turned = {name: table.sample(frac=1, random_state=6) for name, table in given.items()}
        assert fingerprint(written(tmp_path / f"two{number}", turned, **settings).run()) == fingerprint(one)


def test_rivals_who_defend_do_not_see_the_order_of_rows(tmp_path: Path) -> None:
    answers = {
        "policy.rival_force.kind": "defend",
        "policy.rival_force.tolerance": 0.0,
        "policy.rival_margin.kind": "match_effort",
        "policy.rival_poaching.kind": "answer_loss",
        "policy.rival_campaign.kind": "defend",
        "policy.rival_price.kind": "defend",
        "params.rival_force.share_lag": 1,
        "params.rival_force.sales_lag": 1,
        "params.rival_force.size": 0.2,
    }
    given = tables()
    one = written(tmp_path / "one", given, overrides=answers).run()
    assert one.results.measure("rival_calls").sum() > 0 and one.state.customers.rival_relationship.any()
    shuffled = {name: table.sample(frac=1, random_state=4) for name, table in given.items()}
    assert fingerprint(written(tmp_path / "two", shuffled, overrides=answers).run()) == fingerprint(one)


def test_columns_in_another_order_are_the_same_market(tmp_path: Path, straight: str) -> None:
    given = {kind: table[table.columns[::-1]] for kind, table in tables().items()}
    assert fingerprint(written(tmp_path / "m", given).run()) == straight


def test_ties_named_the_other_way_round_are_the_same_market(tmp_path: Path, straight: str) -> None:
    given = tables()
    given["ties"] = given["ties"].rename(columns={"first": "second", "second": "first"})
    assert fingerprint(written(tmp_path / "m", given).run()) == straight


def test_control_other_content_is_another_market(tmp_path: Path, straight: str) -> None:
    given = tables()
    given["customers"].loc[5, "purchase_rate"] += 0.5
    assert fingerprint(written(tmp_path / "m", given).run()) != straight


@pytest.mark.parametrize("network", ["small_world", "complete", "none"])
def test_generated_networks_do_not_see_the_order_of_rows(tmp_path: Path, network: str) -> None:
    given = {kind: table for kind, table in tables().items() if kind != "ties"}
    one = written(tmp_path / "one", given, network)
    given["customers"] = given["customers"].sample(frac=1, random_state=3)
    other = written(tmp_path / "other", given, network)
    for name in ("indptr", "neighbours", "strong_end"):
        np.testing.assert_array_equal(getattr(one.state.network, name), getattr(other.state.network, name))
    assert fingerprint(one.run()) == fingerprint(other.run())


def test_attributes_of_a_table_are_read_by_name(tmp_path: Path) -> None:
    world = written(tmp_path / "m", tables()).scenario.world
    offer = {offer.name: offer for offer in world.offers}["refill_new"]
    assert dict(zip(world.attributes, offer.attributes, strict=True)) == {"ease": 0.5, "power": 0.2}
    given = tables()
    given["offers"] = given["offers"].rename(columns={"attribute_ease": "attribute_eease"})
    with pytest.raises(InputErrors, match="attribute_power, attribute_eease"):
        written(tmp_path / "wrong", given)


def test_customers_are_found_by_the_users_ids(tmp_path: Path) -> None:
    given = tables()
    market = written(tmp_path / "m", given, keep_orders=True, overrides={}).run()
    for row in given["customers"].sample(20, random_state=1).itertuples():
        customer = market.customer(str(row.id))
        assert (customer.id, customer.territory_name, customer.type_name) == (row.id, row.territory, row.type)
        assert customer.purchase_rate == np.float32(row.purchase_rate)
    orders = market.results.orders
    assert set(orders["id"]) <= set(given["customers"]["id"])
    assert [market.customer(int(row)).id for row in orders["customer"][:50]] == orders["id"][:50].tolist()
    with pytest.raises(KeyError, match="no customer has the id 'C999'"):
        market.customer("C999")
    with pytest.raises(KeyError):
        Market("tiny", weeks=1, customers=50).customer("3")


# ---- lists of a scenario ----------------------------------------------------------------------------------------------

LISTS = ("brand", "company", "category", "offer", "territory", "customer_type")


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [*((str(PROJECTS), kind) for kind in LISTS), *(("regional_plain", kind) for kind in ("offer", "all"))],
    ids=lambda value: Path(value).stem,
)
def test_entries_of_a_scenario_in_another_order_are_the_same_market(tmp_path: Path, scenario: str, kind: str) -> None:
    content = tomllib.loads(Scenario.load(scenario, weeks=6, customers=400).to_toml())
    runs = []
    for turned in (False, True):
        if turned:
            for name in LISTS if kind == "all" else (kind,):
                content[name] = content[name][::-1] if len(content[name]) < 3 else content[name][2:] + content[name][:2]
            for territory in content["territory"]:
                territory["neighbours"] = territory["neighbours"][::-1]
        path = tmp_path / f"{turned}.toml"
        path.write_text(tomli_w.dumps(content), encoding="utf-8")
        runs.append(Market(str(path), seed=3, policy="deep_marketing").run())
    assert fingerprint(runs[0]) == fingerprint(runs[1])
    pd.testing.assert_frame_equal(runs[0].results.weekly, runs[1].results.weekly)


# ---- rows that are added ----------------------------------------------------------------------------------------------

#: Nobody's neighbour, ample stock, no segments, nothing spent or divided per head; the table's portfolios stay.
ALONE = {
    "policy.rival_price.kind": "hold",  # rivals' study of prices asks everybody, also who never buys
    "params.rivals.advertising": 0,
    "policy.advertising.budget": 0,
    "params.channel.stock_weeks_at_start": 52.0,
    "params.channel.plant_weeks_at_start": 52.0,
    "params.database.coverage_start": 0.0,
    "params.partners.effort_strength": 0.0,
    "policy.coverage.kind": "portfolios",
    "policy.segmentation.kind": "none",
    "customer_type.plant.closing": 0.8,
    "customer_type.workshop.closing": 0.8,
    "customer_type.plant.first_need": {},
    "customer_type.workshop.first_need": {},
    "customer_type.plant.project_rate": {},
    "brand.own.users_at_start": 0.0,
    "brand.rival.users_at_start": 0.0,
}


def with_one_more(name: str | None) -> dict[str, pd.DataFrame]:
    given = {kind: table for kind, table in tables().items() if kind in ("customers", "roster", "ties", "distributors")}
    given["customers"]["projects_line"] = 0.0
    if name is not None:
        never = given["customers"].iloc[[0]].assign(id=name, rep="", purchase_rate=0.0)
        at = {"A": 0, "C": 100}.get(name[0], CUSTOMERS)
        parts = [given["customers"].iloc[:at], never, given["customers"].iloc[at:]]
        given["customers"] = pd.concat(parts, ignore_index=True)
    return given


@pytest.mark.parametrize("name", ["A first", "C1005", "Z last"])
def test_one_more_customer_who_never_buys_changes_nobody_else(tmp_path: Path, name: str) -> None:
    """Put first, in the middle, last. Sums over all customers may differ in their last bits; nobody's columns do."""
    settings = {"weeks": 16, "policy": None, "overrides": ALONE}
    base = written(tmp_path / "base", with_one_more(None), **settings).run()
    more = written(tmp_path / "more", with_one_more(name), **settings).run()
    assert base.state.ids is not None and more.state.ids is not None
    others = np.array([k for k, found in enumerate(more.state.ids) if found != name])
    assert [more.state.ids[k] for k in others] == list(base.state.ids)
    never = more.customer(name)
    assert never.last_order < 0
    assert base.results.measure("sell_out_units").sum() > 0
    assert base.results.measure("closed_firms").sum() > 0
    for column in base.state.customers:
        one, other = getattr(base.state.customers, column), getattr(more.state.customers, column)[others]
        np.testing.assert_array_equal(one, other, err_msg=column)
    card, other_card = (m.results.scorecard.set_index("kpi")["value"] for m in (base, more))
    sales = ["sell_out_units", "key_account_sales"]
    np.testing.assert_allclose(card[sales], other_card[sales], rtol=1e-12)


def test_one_more_rep_distributor_or_offer_leaves_the_others_draws_alone(tmp_path: Path) -> None:
    base, given = written(tmp_path / "base", tables()), tables()
    given["roster"] = pd.concat(
        [pd.DataFrame({"rep": ["aaron"], "manager": ["ada"], "territory": ["north"], "skill": [0.0]}), given["roster"]]
    )
    shop = pd.DataFrame({"distributor": ["alley"], "territory": ["north"], "supplier": [""], "size": [0]})
    given["distributors"] = pd.concat([shop, given["distributors"]])
    more = written(tmp_path / "more", given)
    for table, names in (("reps", "reps"), ("managers", "teams"), ("distributors", "distributors")):
        found = []
        for market in (base, more):
            columns = getattr(market.state, table)
            row = {name: k for k, name in enumerate(getattr(market.names, names))}
            found.append((columns, row))
        (one, rows), (other, other_rows) = found
        both = [name for name in rows if name in other_rows and not name.startswith(("north-", "south-"))]
        assert len(both) >= 2
        drawn = {"reps": ("key", "zeal", "style", "need"), "managers": ("key", "style")}
        for column in drawn.get(table, ("key", "own_capability", "reserve")):
            a = getattr(one, column)[[rows[name] for name in both]]
            b = getattr(other, column)[[other_rows[name] for name in both]]
            np.testing.assert_array_equal(a, b, err_msg=f"{table}.{column}")
    for column in ("key", "type", "taste", "price_sensitivity", "owned", "aware", "distributor"):
        one, other = (getattr(m.state.customers, column) for m in (base, more))
        if column == "distributor":
            one, other = (np.array(m.names.distributors)[c] for m, c in ((base, one), (more, other)))
        np.testing.assert_array_equal(one, other, err_msg=column)


def test_large_accounts_and_plants_at_their_limit_do_not_see_the_order_of_rows(tmp_path: Path) -> None:
    """Calls by hours, rebates and queues at the plant: the same to the bit with all tables shuffled."""
    on = {
        "params.channel.stock_weeks_at_start": 0.5,
        "params.channel.plant_weeks_at_start": 0.5,
        "params.call_length.exponent": 0.5,
        "params.rebates.power": 0.5,
        "params.rebates.threshold": 1.0,
        "params.rebates.contract_weeks": 5,
        "params.plant.capacity": 0.6,
    }
    given, shuffled = tables(), {kind: table.sample(frac=1, random_state=4) for kind, table in tables().items()}
    one, other = (written(tmp_path / name, of, overrides=on) for name, of in (("a", given), ("b", shuffled)))
    assert fingerprint(one.run()) == fingerprint(other.run())
    card = one.results.scorecard.set_index("kpi")["value"]
    assert card["rebate_share"] > 0 and card["overtime_cost"] > 0
    assert one.state.customers.rebate.any() and np.ptp(one.results.measure("hours_worked").sum(axis=1)) > 0
