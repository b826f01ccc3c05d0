"""The import of a whole CRM: its folder loads as a scenario, reports what was done, and can be repeated from its mapping file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crm_fixture import ACCOUNTS, REPS, WEEKS, small_crm

from experiments.intake import import_crm
from experiments.intake.scenario.market_runs import MarketRuns
from sim.errors import InputError, InputErrors
from sim.scenario import Scenario

_MAVEN = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "crm_maven"
needs_maven = pytest.mark.skipif(
    not _MAVEN.is_dir(), reason="the table crm_maven is not at ../shared/data next to the clone"
)


def test_folder_loads_as_a_scenario_and_says_where_numbers_come_from(tmp_path: Path) -> None:
    out = tmp_path / "market"
    summary = import_crm(list(reversed(small_crm().write(tmp_path))), out, runs=0)
    assert {p.name for p in out.iterdir()} == {
        "scenario.toml",
        "customers.parquet",
        "roster.csv",
        "offers.csv",
        "projects.parquet",
        "accounts.csv",
        "quality.md",
        "facts.toml",
        "mapping.toml",
        "policies",
    }
    scenario = Scenario.load(out)
    assert scenario.world.customers == ACCOUNTS and len(scenario.world.territories) == 2
    assert len(scenario.world.own_offers) == 3
    customers = pd.read_parquet(out / "customers.parquet")
    assert customers.filter(like="projects_").to_numpy().sum() / 52 * WEEKS == pytest.approx(480, rel=0.1)
    assert not customers["purchase_rate"].any(), "everything is bought through opportunities"
    page = (out / "quality.md").read_text(encoding="utf-8")
    for words in (
        "## Headers",
        "## Corrected",
        "## Set aside",
        "## Numbers from the data",
        "kept their default",
        "customer types",
    ):
        assert words in page
    assert json.loads(json.dumps(summary.to_json()))["out"] == str(out)
    lines = "\n".join(summary.lines())
    assert "agent ← rep" in lines and "(0 rows)" not in lines
    assert "surprising" not in lines, "no warning about what the import sets on purpose"


@pytest.mark.parametrize(("word", "state"), [("Won", "won"), ("Lost", "lost")])
def test_an_unknown_word_for_won_or_lost_is_refused_and_nothing_is_written(
    tmp_path: Path, word: str, state: str
) -> None:
    crm = small_crm()
    for row in crm.opportunities[1:]:
        row[4] = "Bagged" if row[4] == word else row[4]
    with pytest.raises(InputErrors) as caught:
        import_crm(crm.write(tmp_path), tmp_path / "m", runs=0)
    (error,) = caught.value.errors
    assert error.place == "opportunities.csv, column 'status'"
    assert f"no deal is {state}" in error.problem and "'Bagged' (" in error.problem
    assert f'[stages] {state} = ["…"]' in error.remedy
    assert not (tmp_path / "m").exists()


def test_one_error_is_reported_once(tmp_path: Path) -> None:
    crm = small_crm()
    files = crm.write(tmp_path)
    files[0].rename(tmp_path / "elsewhere.csv")
    with pytest.raises(InputErrors) as caught:
        import_crm(files, tmp_path / "m", runs=0)
    assert [error.problem for error in caught.value.errors] == ["no such file"]
    crm.products[1][-1] = "-5"
    files = crm.write(tmp_path)
    with pytest.raises(InputErrors) as caught:
        import_crm(files, tmp_path / "m", runs=0)
    assert [error.problem for error in caught.value.errors] == ["below 0: '-5'"]
    assert caught.value.remedy == "correct the cells", "rows of lists cannot be set aside"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = small_crm().write(tmp_path)
    out = tmp_path / "deep" / "m"

    def refuse(folder: Path) -> Scenario:
        raise InputErrors([InputError("here", "refused")])

    with monkeypatch.context() as patch:
        patch.setattr("experiments.intake.scenario.import_documents.Scenario.load", refuse)
        with pytest.raises(InputErrors):
            import_crm(files, out, runs=0)
    assert not out.exists() and sorted(tmp_path.iterdir()) == sorted(files)
    import_crm(files, out, runs=0)
    import_crm(files, out, runs=0)  # again into the same folder
    assert Scenario.load(out).world.customers == ACCOUNTS and list((tmp_path / "deep").iterdir()) == [out]


@pytest.mark.parametrize("odd", ["2117-03-01", "1917-03-01"])
def test_one_impossible_year_does_not_stretch_the_history(tmp_path: Path, odd: str) -> None:
    crm = small_crm()
    crm.opportunities[30][6] = odd
    if odd < "2000":
        crm.opportunities[30][5] = odd
    files = crm.write(tmp_path)
    with pytest.raises(InputErrors) as caught:
        import_crm(files, tmp_path / "m", runs=0)
    (error,) = caught.value.errors
    assert error.place == "opportunities.csv, row 31, column 'closed'"
    mapping = tmp_path / "rules.toml"
    mapping.write_text('[rules]\nunusable_rows = "set_aside"\n', encoding="utf-8")
    import_crm(files, tmp_path / "m", runs=0, mapping=mapping)
    page = (tmp_path / "m" / "quality.md").read_text(encoding="utf-8")
    assert "32 weeks from 2022-01-03, 8 held out" in page
    assert ("won or lost on a day in the future" if odd > "2022" else "without a decision") in page


def test_shipped_policies_spend_sums_that_fit_the_company(tmp_path: Path) -> None:
    out = tmp_path / "m"
    import_crm(small_crm().write(tmp_path), out, runs=0)
    own = Scenario.load(out)
    budget = own.resolved["policy"]["advertising"]["budget"]
    assert 0 < budget < 10_000_000, "a company of half a million a year"
    for policy in ("status_quo", "deep_marketing"):
        scenario = Scenario.load(out, policy=policy)
        assert scenario.resolved["policy"]["advertising"]["budget"] == budget
        assert scenario.resolved["policy"]["pay"]["salary"] == own.resolved["policy"]["pay"]["salary"]
        assert not [w for w in scenario.warnings if "shipped policy" in w]
    deep = Scenario.load(out, policy="deep_marketing").resolved["policy"]
    assert deep["gateway"] == {**deep["gateway"], "kind": "one_gateway"} and deep["gateway"]["staff"] < budget
    assert deep["sharing_contract"]["payment"] < budget and deep["segmentation"]["fee"] < budget


def test_sums_of_another_market_give_a_warning(tmp_path: Path) -> None:
    out = tmp_path / "m"
    import_crm(small_crm().write(tmp_path), out, runs=0)
    (warning,) = [w for w in Scenario.load(out, policy="status_quo_same_budget").warnings if "shipped policy" in w]
    budget = Scenario.load("regional_plain", policy="status_quo_same_budget").resolved["policy"]["advertising"][
        "budget"
    ]
    assert f"policy.advertising.budget = {budget}" in warning and "set them for this company" in warning
    (out / "policies" / "deep_marketing.toml").unlink()
    (warning,) = [w for w in Scenario.load(out, policy="deep_marketing").warnings if "shipped policy" in w]
    assert "policy.gateway.staff = 18000000" in warning and "policy.sharing_contract.payment" in warning
    for name in ("tiny", "regional_plain"):
        assert not [w for w in Scenario.load(name, policy="deep_marketing").warnings if "shipped policy" in w]


def test_rates_prices_and_win_rates_come_from_the_data(tmp_path: Path) -> None:
    crm = small_crm()
    import_crm(crm.write(tmp_path), tmp_path / "m", runs=0, holdout=0.0)
    facts = tomllib.loads((tmp_path / "m" / "facts.toml").read_text(encoding="utf-8"))
    won = [r for r in crm.opportunities if r[4] == "Won"]
    assert facts["opportunities"]["decided_per_week"] == pytest.approx(480 / WEEKS)
    assert facts["win_rate_of_product"]["Drill"] == pytest.approx(len(won) / 480, abs=0.05)
    offers = pd.read_csv(tmp_path / "m" / "offers.csv").set_index("offer")
    realised = [float(r[7]) for r in won if r[2] == "Press"]
    assert offers.loc["Press", "list_price"] == pytest.approx(100 * sum(realised) / len(realised), abs=1)
    intercepts = {o.name: o.intercept for o in Scenario.load(tmp_path / "m").world.offers}
    rate = facts["win_rate_of_product"]["Drill"]
    assert intercepts["Drill"] == pytest.approx(np.log(rate / (1 - rate)), abs=1e-3)
    roster = pd.read_csv(tmp_path / "m" / "roster.csv").set_index("rep")
    assert {r: (m, o) for r, (m, o) in REPS.items()} == {
        r: tuple(row) for r, row in roster[["manager", "territory"]].iterrows()
    }


def test_mapping_written_by_an_import_gives_the_same_scenario(tmp_path: Path) -> None:
    files = small_crm().write(tmp_path)
    import_crm(files, tmp_path / "a", runs=0)
    import_crm(files, tmp_path / "b", mapping=tmp_path / "a" / "mapping.toml", runs=0)
    assert Scenario.load(tmp_path / "a").digest == Scenario.load(tmp_path / "b").digest


def test_hashed_names_appear_nowhere(tmp_path: Path) -> None:
    crm = small_crm()
    crm.opportunities[4][1] = "Ann  Lee"
    crm.opportunities[5][3] = "Fuondry 3"
    crm.opportunities[6][1] = "Gone Person"
    summary = import_crm(crm.write(tmp_path), tmp_path / "m", runs=0, hash_personal=True)
    text = "\n".join(summary.lines()) + json.dumps(summary.to_json())
    for path in (p for p in (tmp_path / "m").rglob("*") if p.is_file()):
        text += path.read_bytes().decode("latin-1") if path.suffix != ".parquet" else pd.read_parquet(path).to_csv()
    managers = {m for m, _ in REPS.values()}
    for name in (*REPS, *managers, "Foundry", "Fuondry", "Gone Person", "Ann  Lee"):
        assert name not in text
    assert Scenario.load(tmp_path / "m").world.customers == ACCOUNTS


def test_more_products_than_categories_are_pooled(tmp_path: Path) -> None:
    crm = small_crm()
    for k, row in enumerate(crm.opportunities[1:]):
        row[2] = f"P{k % 11:02d}x" if k % 2 else "P00x"
    crm.products = [["product", "series", "list price"], *[[f"P{k:02d}x", "S", "1000"] for k in range(11)]]
    summary = import_crm(crm.write(tmp_path), tmp_path / "m", runs=0)
    assert len(Scenario.load(tmp_path / "m").world.categories) == 8
    assert any("4 products with the fewest decided deals pooled" in line for line in summary.lines())


def test_too_little_history_and_wrong_options_are_refused(tmp_path: Path) -> None:
    crm = small_crm()
    files = crm.write(tmp_path)
    with pytest.raises(InputErrors, match="no file given"):
        import_crm([], tmp_path / "m")
    with pytest.raises(InputErrors, match="out of range"):
        import_crm(files, tmp_path / "m", holdout=0.9)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "scenario.toml").write_text("name = 'mine'\n", encoding="utf-8")
    with pytest.raises(InputErrors, match="not written by an import"):
        import_crm(files, mine, runs=0)
    crm.opportunities = [crm.opportunities[0], *[r for r in crm.opportunities[1:] if r[6] and r[6] < "2022-02-01"]]
    with pytest.raises(InputErrors, match="8 are needed"):
        import_crm(crm.write(tmp_path), tmp_path / "m", runs=0)
    assert not (tmp_path / "m").exists()


@needs_maven
def test_every_quirk_of_crm_maven_is_reported(tmp_path: Path) -> None:
    summary = import_crm(sorted(_MAVEN.glob("*.csv")), tmp_path / "m", currency="USD", runs=0)
    found = {f.what: f.count for f in summary.ledger.findings}
    assert found["'GTXPro' read as 'GTX Pro'"] == 1480
    assert found["'technolgy' read as 'technology'"] == 12
    assert found["5 of 35 reps have no deal"] == 5
    assert found["deals without an account"] == 1425
    assert found["open deals without close date or value"] == 2089
    assert found["lost deals with value 0 or none"] == 2473
    assert any(what.startswith("dates read as month/day/year") for what in found)
    assert any(what.startswith("accounts that belong to another company") and n == 15 for what, n in found.items())
    scenario = Scenario.load(tmp_path / "m")
    assert (scenario.world.customers, len(scenario.world.categories), len(scenario.world.territories)) == (85, 7, 3)
    roster = pd.read_csv(tmp_path / "m" / "roster.csv")
    assert len(roster) == 35 and roster["manager"].nunique() == 6
    customers = pd.read_parquet(tmp_path / "m" / "customers.parquet")
    assert set(customers["rep"]) <= set(roster["rep"])
    assert customers.filter(like="projects_").to_numpy().sum() / 52 == pytest.approx(151.9, abs=0.5)


def test_simulated_market_reproduces_the_weeks_held_out(tmp_path: Path) -> None:
    """The small CRM is stationary by construction, so every measure must fit; intercepts off by 1.5 must not."""
    out = tmp_path / "m"
    summary = import_crm(small_crm().write(tmp_path), out, runs=12)
    assert {row.measure for row in summary.fit} == {
        "weekly_orders",
        "order_value",
        "top_share",
        "active_share",
        "win_rate",
        "cycle",
    }
    assert summary.unfit == []
    scenario = Scenario.load(out)
    market = MarketRuns(out, {o.name: o.name for o in scenario.world.offers if o.brand == "us"})
    found = {o.name: o.intercept for o in scenario.world.offers if o.brand == "us"}

    def win_rate(shift: float) -> float:
        intercepts = {name: value + shift for name, value in found.items()}
        return float(np.mean([market.orders(intercepts, seed, 32)["won"].mean() for seed in range(50, 54)]))

    facts = tomllib.loads((out / "facts.toml").read_text(encoding="utf-8"))
    fitted = float(np.mean(list(facts["win_rate_of_product"].values())))
    assert win_rate(0.0) == pytest.approx(fitted, abs=0.05)
    assert win_rate(-1.5) < fitted - 0.2


@needs_maven
@pytest.mark.slow
def test_crm_maven_fits_the_last_fifth(tmp_path: Path) -> None:
    summary = import_crm(sorted(_MAVEN.glob("*.csv")), tmp_path / "m", currency="USD")
    assert {row.measure: round(row.observed, 3) for row in summary.fit} == {
        "weekly_orders": 104.0,
        "order_value": 2255.827,
        "top_share": 0.379,
        "active_share": 1.0,
        "win_rate": 0.645,
        "cycle": 8.727,
    }
    assert summary.unfit == ["cycle"], "far fewer deals were opened in these weeks, so those decided are older"
    page = (tmp_path / "m" / "quality.md").read_text(encoding="utf-8")
    assert page.count("| fit |") + page.count("| fit, though the observed value is outside") == 5
