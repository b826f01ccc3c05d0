"""The import of invoice lines: its folder loads as a scenario, reports what was done, and reproduces what it was fitted on."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invoice_fixture import (
    ARTICLES,
    BETWEEN,
    CUSTOMERS,
    HEADER,
    MEAN,
    SHAPE,
    WEEKS,
    WITHIN,
    SmallInvoices,
    small_invoices,
)
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.intake import import_transactions
from experiments.intake.scenario.market_runs import MarketRuns
from sim.errors import InputErrors
from sim.scenario import Scenario

_RETAIL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "online_retail" / "online_retail.parquet"
needs_retail = pytest.mark.skipif(
    not _RETAIL.is_file(), reason="the table online_retail is not at ../shared/data next to the clone"
)


def _facts(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    facts: dict[str, dict[str, dict[str, float]]] = tomllib.loads((folder / "facts.toml").read_text(encoding="utf-8"))
    return facts


def test_folder_loads_as_a_scenario_and_says_where_numbers_come_from(tmp_path: Path) -> None:
    out = tmp_path / "m"
    summary = import_transactions(small_invoices().write(tmp_path), out, runs=0, currency="GBP", title="Shops")
    assert {p.name for p in out.iterdir()} == {
        "scenario.toml",
        "customers.parquet",
        "roster.csv",
        "offers.csv",
        "accounts.csv",
        "quality.md",
        "facts.toml",
        "mapping.toml",
        "policies",
    }
    scenario = Scenario.load(out)
    customers = pd.read_parquet(out / "customers.parquet")
    assert scenario.world.currency == "GBP" and scenario.world.customers == len(customers) <= CUSTOMERS
    assert [t.name for t in scenario.world.territories] == ["Italy", "Spain"]
    assert len(scenario.world.categories) == 4 and len(scenario.world.own_offers) == 4
    assert customers.filter(like="mix_").sum(axis=1).to_numpy() == pytest.approx(1.0)
    offers = pd.read_csv(out / "offers.csv")
    assert (offers["unit_cost"] / offers["list_price"]).to_numpy() == pytest.approx(0.55, abs=0.01)
    assert (pd.read_csv(out / "roster.csv")["skill"] == 0.0).all(), "invoices say nothing about reps"
    page = (out / "quality.md").read_text(encoding="utf-8")
    for words in (
        "# Data quality: Shops",
        "## Set aside",
        "## Numbers from the data",
        "our share of customers' occasions",
        "one rep per 417 customers",
        "Invoices contain what was bought, never what was not",
        "kept their default",
    ):
        assert words in page
    assert json.loads(json.dumps(summary.to_json()))["out"] == str(out)
    lines = "\n".join(summary.lines())
    assert "customer ← customer no" in lines and "surprising" not in lines


def test_known_rates_and_sizes_are_recovered(tmp_path: Path) -> None:
    out = tmp_path / "m"
    invoices = small_invoices()
    assert len(invoices.rows) <= 2000
    import_transactions(invoices.write(tmp_path), out, runs=0, holdout=0.0)
    fitted = _facts(out)["repeat_rates"]["all"]
    assert fitted["customers"] == CUSTOMERS
    assert abs(fitted["mean_per_week"] - MEAN) < 4.0 * fitted["mean_error"] < 0.06
    assert abs(fitted["shape"] - SHAPE) < 4.0 * fitted["shape_error"] < 3.0
    spreads = [c["spread_of_log"] for c in _facts(out)["category"].values()]
    assert np.mean(spreads) == pytest.approx(WITHIN, abs=0.08)
    scenario = Scenario.load(out)
    assert scenario.world.customer_types[0].order_size_spread == pytest.approx(BETWEEN, abs=0.12)
    # the market's orders are worth what the invoices are: rate × size × price over our share
    customers = pd.read_parquet(out / "customers.parquet").set_index("id")
    price = pd.read_csv(out / "offers.csv").query("brand == 'us'")["list_price"].mean() / 100
    yearly = 52 * 0.3 * float((customers["purchase_rate"] * customers["order_size"]).sum()) * price
    paid = sum(float(r[3]) * float(r[5]) for r in invoices.rows[1:])
    repeated = paid * (1.0 - CUSTOMERS / _facts(out)["lines"]["used"])
    weeks = WEEKS * 0.75  # customers were there for that long on average
    assert yearly / 52 == pytest.approx(repeated / weeks, rel=0.25)


def test_our_share_is_set_by_the_user_and_moves_rates_not_orders(tmp_path: Path) -> None:
    files = small_invoices().write(tmp_path)
    rates = {}
    for share in (0.3, 0.6):
        rule = tmp_path / "rule.toml"
        rule.write_text(f"[transactions]\nown_share = {share}\n", encoding="utf-8")
        import_transactions(files, tmp_path / f"m{share}", mapping=rule, runs=0)
        customers = pd.read_parquet(tmp_path / f"m{share}" / "customers.parquet")
        rates[share] = customers["purchase_rate"].sum() * share
        sensitivity = Scenario.load(tmp_path / f"m{share}").world.customer_types[0].price_sensitivity
        assert sensitivity == pytest.approx(2.62 / (1.0 - share), abs=1e-3), "prices in the fixture never change"
    assert rates[0.3] == pytest.approx(rates[0.6], rel=1e-6)
    page = (tmp_path / "m0.3" / "quality.md").read_text(encoding="utf-8")
    assert "the price response is not identified" in page


def test_orders_without_a_customer_are_set_aside_or_spread(tmp_path: Path) -> None:
    invoices = small_invoices()
    for row in invoices.rows[1::6]:
        row[6] = ""
    files = invoices.write(tmp_path)
    import_transactions(files, tmp_path / "a", runs=0)
    rule = tmp_path / "rule.toml"
    rule.write_text('[transactions]\nno_customer = "spread"\n', encoding="utf-8")
    import_transactions(files, tmp_path / "b", mapping=rule, runs=0)
    a, b = (pd.read_parquet(tmp_path / f / "customers.parquet")["purchase_rate"] for f in "ab")
    assert b.sum() / a.sum() == pytest.approx(6 / 5, rel=0.05)
    assert _facts(tmp_path / "a")["lines"]["no customer"] == len(invoices.rows[1::6])
    assert "no customer" not in _facts(tmp_path / "b")["lines"]


def test_several_files_are_one_table_and_lines_in_both_count_once(tmp_path: Path) -> None:
    whole = small_invoices()
    rows = whole.rows[1:]
    import_transactions(whole.write(tmp_path), tmp_path / "a", runs=0)
    parts = SmallInvoices([HEADER, *rows[:700]]).write(tmp_path, "first.csv")
    parts += SmallInvoices([HEADER, *rows[650:]], delimiter=";").write(tmp_path, "second.csv")
    summary = import_transactions(parts, tmp_path / "b", runs=0)
    a, b = (pd.read_parquet(tmp_path / f / "customers.parquet") for f in "ab")
    pd.testing.assert_frame_equal(a, b)
    (copies,) = [f for f in summary.ledger.findings if f.what == "identical lines kept once"]
    assert (copies.file, copies.count, copies.rows[0]) == ("second.csv", 50, 2)
    later = SmallInvoices([HEADER, *rows]).write(tmp_path, "third.csv")
    import_transactions(later, tmp_path / "c", mapping=tmp_path / "b" / "mapping.toml", runs=0)
    pd.testing.assert_frame_equal(a, pd.read_parquet(tmp_path / "c" / "customers.parquet"))


def test_mapping_written_by_an_import_gives_the_same_scenario(tmp_path: Path) -> None:
    invoices = small_invoices()
    invoices.rows[0] = ["Rg", "article", "text", "qty", "order date", "unit price", "Abnehmer", "country"]
    guess = tmp_path / "guess.toml"
    guess.write_text(
        '[tables.transactions.columns]\ncustomer = "Abnehmer"\ninvoice = "Rg"\n[transactions]\nprice_bands = 3\n',
        encoding="utf-8",
    )
    files = invoices.write(tmp_path)
    import_transactions(files, tmp_path / "a", mapping=guess, runs=0)
    import_transactions(files, tmp_path / "b", mapping=tmp_path / "a" / "mapping.toml", runs=0)
    assert Scenario.load(tmp_path / "a").digest == Scenario.load(tmp_path / "b").digest
    assert len(Scenario.load(tmp_path / "b").world.categories) == 3


def test_chinese_headers_in_gbk_and_decimal_commas_are_read(tmp_path: Path) -> None:
    invoices = small_invoices()
    invoices.rows[0] = ["发票号", "货号", "品名", "数量", "日期", "单价", "客户编号", "国家"]
    invoices.encoding, invoices.delimiter = "gbk", ";"
    for row in invoices.rows[1:]:
        row[5], row[7] = row[5].replace(".", ","), "中国" if row[7] == "Italy" else "日本"
    summary = import_transactions(invoices.write(tmp_path), tmp_path / "m", runs=0)
    assert summary.tables[0].table.encoding == "gb18030"
    assert {t.name for t in Scenario.load(tmp_path / "m").world.territories} == {"中国", "日本"}


def test_hashed_customers_appear_nowhere(tmp_path: Path) -> None:
    invoices = small_invoices()
    invoices.rows.append(["C9", ARTICLES[0][0], "", "-1", invoices.rows[-1][4], "2", "Secret Shop", "Italy"])
    summary = import_transactions(invoices.write(tmp_path), tmp_path / "m", runs=0, hash_personal=True)
    text = "\n".join(summary.lines()) + json.dumps(summary.to_json())
    for path in (p for p in (tmp_path / "m").rglob("*") if p.is_file()):
        text += path.read_bytes().decode("latin-1") if path.suffix != ".parquet" else pd.read_parquet(path).to_csv()
    assert "Shop 0" not in text and "Secret" not in text and "customer-" in text


def test_shipped_policies_spend_sums_that_fit_the_company(tmp_path: Path) -> None:
    out = tmp_path / "m"
    import_transactions(small_invoices().write(tmp_path), out, runs=0)
    budget = Scenario.load(out).resolved["policy"]["advertising"]["budget"]
    assert 0 < budget < 5_000_000, "a company of about a hundred thousand a year"
    for policy in ("status_quo", "deep_marketing"):
        scenario = Scenario.load(out, policy=policy)
        assert scenario.resolved["policy"]["advertising"]["budget"] == budget
        assert not [w for w in scenario.warnings if "shipped policy" in w]
    deep = Scenario.load(out, policy="deep_marketing").resolved["policy"]
    assert deep["gateway"]["kind"] == "one_gateway" and deep["gateway"]["staff"] < budget
    assert deep["sharing_contract"]["payment"] < budget and deep["segmentation"]["fee"] < budget


def _drop_column(rows: list[list[str]], header: str) -> None:
    column = rows[0].index(header)
    for row in rows:
        del row[column]


_BAD = {
    "no price": (lambda r: _drop_column(r, "unit price"), "invoices.csv", "price per piece or the value of the line"),
    "no customer column": (
        lambda r: _drop_column(r, "customer no"),
        "invoices.csv",
        "the headers match no known kind of table",
    ),
    "unknown headers": (
        lambda r: r.__setitem__(0, list("stuvwxyz")),
        "invoices.csv",
        "the headers match no known kind of table",
    ),
    "impossible date": (
        lambda r: r[30].__setitem__(4, "2022-02-30"),
        "invoices.csv, row 31, column 'order date'",
        "impossible date: '2022-02-30'",
    ),
    "date to come": (
        lambda r: r[30].__setitem__(4, "2117-02-03"),
        "row 31, column 'order date'",
        "on a day in the future",
    ),
    "date apart": (lambda r: r[30].__setitem__(4, "1917-02-03"), "row 31, column 'order date'", "without an invoice"),
    "text for a number": (lambda r: r[30].__setitem__(3, "six"), "row 31, column 'qty'", "not a number: 'six'"),
    "huge": (lambda r: r[30].__setitem__(3, "-1e30"), "row 31, column 'qty'", "above 1e+10"),
    "huge line": (
        lambda r: (r[30].__setitem__(3, "1e9"), r[30].__setitem__(5, "1e9")),
        "row 31, column 'unit price'",
        "worth more than",
    ),
    "no product": (lambda r: r[30].__setitem__(1, ""), "row 31, column 'article'", "no product"),
    "header twice": (lambda r: r[0].__setitem__(2, "article"), "invoices.csv", "the same header"),
    "all taken back": (
        lambda r: [row.__setitem__(3, f"-{row[3]}") for row in r[1:]],
        "invoices.csv",
        "no purchase of a customer remains",
    ),
    "one customer": (lambda r: [row.__setitem__(6, "Shop 1") for row in r[1:]], "invoices.csv", "1 customers bought"),
    "two weeks": (
        lambda r: [row.__setitem__(4, f"2022-01-{1 + k % 14:02d}") for k, row in enumerate(r[1:])],
        "invoices.csv",
        "1 whole weeks remain for fitting; 8 are needed",
    ),
    "nobody came back": (
        lambda r: [row.__setitem__(6, f"Shop {k}") for k, row in enumerate(r[1:])],
        "invoices.csv",
        "no customer has ordered twice",
    ),
    "no rows": (lambda r: r.__delitem__(slice(1, None)), "invoices.csv", "headers but no rows"),
}


@pytest.mark.parametrize("what", _BAD)
def test_unusable_input_is_refused_and_nothing_is_written(what: str, tmp_path: Path) -> None:
    spoil, place, problem = _BAD[what]
    invoices = small_invoices()
    spoil(invoices.rows)
    with pytest.raises(InputErrors) as caught:
        import_transactions(invoices.write(tmp_path), tmp_path / "m", runs=0)
    found = [e for e in caught.value.errors if place in e.place and problem in e.problem]
    assert found and all(e.expected and e.remedy for e in found)
    assert not (tmp_path / "m").exists()


def test_bad_cells_can_be_set_aside_and_are_counted(tmp_path: Path) -> None:
    invoices = small_invoices()
    invoices.rows[30][3], invoices.rows[31][4] = "six", "2022-02-30"
    rule = tmp_path / "rule.toml"
    rule.write_text('[rules]\nunusable_rows = "set_aside"\n', encoding="utf-8")
    summary = import_transactions(invoices.write(tmp_path), tmp_path / "m", runs=0, mapping=rule)
    aside = [f for f in summary.ledger.findings if f.kind == "set aside"]
    assert {(f.rows, f.column) for f in aside} == {((31,), "qty"), ((32,), "order date")}


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("own_share = 1.0", "transactions.own_share"),
        ("price_bands = 9", "price_bands"),
        ("share = 1", "transactions.share"),
    ],
)
def test_rules_out_of_bounds_are_refused(rule: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text(f"[transactions]\n{rule}\n", encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        import_transactions(small_invoices().write(tmp_path), tmp_path / "m", mapping=path, runs=0)
    assert place in caught.value.errors[0].place


def test_the_command_imports_and_ends_with_2_on_bad_files(tmp_path: Path) -> None:
    (good,) = small_invoices().write(tmp_path)
    out, run = tmp_path / "m", CliRunner().invoke
    done = run(app, ["import", "transactions", str(good), "--out", str(out), "--runs", "0", "--quiet"])
    assert done.exit_code == 0 and done.stdout.strip() == str(out) and (out / "quality.md").is_file()
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    done = run(app, ["import", "transactions", str(empty), "--out", str(tmp_path / "n")])
    assert done.exit_code == 2 and not (tmp_path / "n").exists() and "the file is empty" in done.stderr
    helped = run(app, ["import", "--help"]).stdout
    assert "import transactions invoices_2023.csv" in helped


def test_simulated_market_reproduces_the_weeks_held_out(tmp_path: Path) -> None:
    """The fixture is stationary by construction, so every measure must fit; rates off by half must not."""
    out = tmp_path / "m"
    summary = import_transactions(small_invoices(5, 240).write(tmp_path), out, runs=4)
    assert [row.measure for row in summary.fit] == [
        "weekly_orders",
        "order_value",
        "weekly_value",
        "top_share",
        "active_share",
        "all_orders",
    ]
    assert summary.unfit == []
    scenario = Scenario.load(out)
    market = MarketRuns(out, {o.name: o.name for o in scenario.world.offers if o.brand == "us"})
    found = {o.name: o.intercept for o in scenario.world.offers if o.brand == "us"}
    orders = market.orders(found, 50, 40)
    assert orders["won"].mean() == pytest.approx(0.3, abs=0.02), "intercepts give our share"
    customers = pd.read_parquet(out / "customers.parquet")
    customers["purchase_rate"] *= 1.5
    customers.to_parquet(out / "customers.parquet", index=False)
    faster = market.orders(found, 50, 40)
    assert faster["won"].sum() > 1.3 * orders["won"].sum()
    by_measure = {row.measure: row for row in summary.fit}
    assert faster["won"].sum() / 40 > 1.15 * by_measure["weekly_orders"].observed


@needs_retail
def test_every_quirk_of_online_retail_is_reported(tmp_path: Path) -> None:
    summary = import_transactions([_RETAIL], tmp_path / "m", currency="GBP", runs=0)
    found = {f.what: f.count for f in summary.ledger.findings}
    assert found["lines without a customer"] == 135_080
    assert found["cancellations: lines of invoices whose numbers begin with C"] == 9_288
    assert found["negative quantities that cancel nothing"] == 1_336
    assert found["negative prices"] == 2
    assert found["identical lines kept once"] == 5_268
    assert found["lines of 'POST' (POSTAGE)"] == 1_256 and found["lines of 'BANK CHARGES' (Bank Charges)"] == 37
    facts = _facts(tmp_path / "m")
    assert sum(int(str(n)) for n in facts["lines"].values()) == 541_909
    scenario = Scenario.load(tmp_path / "m")
    assert (scenario.world.customers, len(scenario.world.categories), len(scenario.world.territories)) == (3460, 4, 6)
    customers = pd.read_parquet(tmp_path / "m" / "customers.parquet")
    assert 0.3 * customers["purchase_rate"].sum() == pytest.approx(291.6, abs=0.5)


@needs_retail
@pytest.mark.slow
def test_online_retail_misses_christmas_and_says_why(tmp_path: Path) -> None:
    summary = import_transactions([_RETAIL], tmp_path / "m", currency="GBP")
    rows = {row.measure: row for row in summary.fit}
    assert rows["weekly_orders"].observed == pytest.approx(407.3, abs=0.1)
    assert (
        "September to December" in rows["weekly_orders"].reason
        and "no season can be estimated" in rows["weekly_orders"].reason
    )
    assert rows["order_value"].fits and rows["top_share"].fits
    assert "whom the market does not include" in rows["all_orders"].reason
