"""Whatever an oracle had a hand in says "upper bound": every way in which one comes in, every door at which results leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, Literal

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.text import Text
from typer.testing import CliRunner

from analysis.study import PolicyLabel
from analysis.upper_bounds import WORDS, marked, titled
from experiments import compare, open_batch
from experiments.cli.app import app
from experiments.single_run import run_market, scorecard_json
from sim import Market
from sim.questions.registry import forget, register
from sim.questions.segmentation.oracle import OracleSegments
from sim.scenario import Scenario

SMALL = ("--set", "world.customers=150", "--weeks", "3", "--workers", "1")
FEW = {"world.customers": 150}
ORACLE = {"policy.segmentation.kind": "oracle"}
runner = CliRunner()


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "knows_all.toml"
    file.write_text('name = "knows_all"\ntitle = "Knows all"\n[policy.segmentation]\nkind = "oracle"\n')
    return str(file)


def call(*words: str) -> str:
    answer = runner.invoke(app, list(words))
    assert answer.exit_code == 0, answer.output
    return answer.output


# ---- how an oracle comes in -------------------------------------------------------------------------------------------


class Psychic(OracleSegments):
    """A user's rule that reads the truth."""

    reads_truth: ClassVar[bool] = True
    kind: Literal["psychic"] = "psychic"  # type: ignore[assignment]


def changed(folder: Path, week: int, where: str = "") -> str:
    file = folder / "changed.toml"
    file.write_text(
        f'extends = "tiny"\nname = "changed"\nweeks = 6\n[[change]]\nweek = {week}\n{where}'
        'policy = { segmentation = { kind = "oracle" } }\n'
    )
    return str(file)


def test_every_way_in_is_seen(tmp_path: Path, policy: str) -> None:
    assert Scenario.load("tiny", policy=policy).oracles == ("segmentation.oracle",)
    assert Scenario.load("tiny", overrides=ORACLE).oracles == ("segmentation.oracle",)
    assert Scenario.load(changed(tmp_path, 3)).oracles == ("segmentation.oracle",)
    assert Scenario.load(changed(tmp_path, 6, 'territories = ["north"]\n')).oracles == ("segmentation.oracle",)
    own = tmp_path / "own.toml"
    own.write_text('extends = "tiny"\nname = "own"\n[policy.segmentation]\nkind = "oracle"\n')
    assert Scenario.load(str(own)).oracles == ("segmentation.oracle",)
    assert Scenario.load(str(own), policy="deep_marketing").oracles == ()  # another rule takes its place
    register(Psychic)
    try:
        assert Scenario.load("tiny", overrides={"policy.segmentation.kind": "psychic"}).oracles == (
            "segmentation.psychic",
        )
    finally:
        forget(Psychic)


def test_control_without_one_nobody_says_so(tmp_path: Path) -> None:
    assert Scenario.load("tiny", policy="deep_marketing").oracles == ()
    assert Scenario.load(changed(tmp_path, 7), weeks=6).oracles == ()  # it would come in after the end
    outcome = compare("tiny", ["status_quo", "deep_marketing"], replications=2, weeks=3, workers=1, overrides=FEW)
    assert WORDS not in outcome.sentence and "upper_bound" not in outcome.table
    assert outcome.to_json()["upper_bounds"] == []
    assert "upper_bound" not in Market("tiny", weeks=1, customers=150).results.scorecard


def test_marks_are_set_once_and_only_where_they_belong() -> None:
    policies = {"a": PolicyLabel("A"), "b": PolicyLabel("B", upper_bound=True)}
    table = pd.DataFrame({"policy": ["a", "b"], "value": [1, 2]})
    assert marked(table, policies)["upper_bound"].tolist() == [False, True]
    assert marked(table.assign(against=["b", "b"]), policies)["upper_bound"].tolist() == [True, True]
    assert marked(table, {"a": PolicyLabel("A")}) is table
    assert titled(titled("B", True), True) == "B (upper bound)"


# ---- every door -------------------------------------------------------------------------------------------------------


def test_check_and_the_list_of_rules_say_so(policy: str) -> None:
    assert WORDS in call("check", policy, "--on", "tiny")
    assert "oracle (upper bound)" in " ".join(call("policies", "segmentation").split())
    rows = json.loads(call("policies", "segmentation", "--json"))
    assert [row["kind"] for row in rows if row["upper_bound"]] == ["oracle"]


def test_a_run_says_so(tmp_path: Path, policy: str) -> None:
    out = tmp_path / "run"
    told = call("run", "tiny", "--policy", policy, *SMALL[:4], "--out", str(out))
    assert "Knows all (upper bound) on" in told
    run, _ = run_market("tiny", policy=policy, weeks=3, overrides=FEW)
    assert run.policy.upper_bound and all(row["upper_bound"] for row in scorecard_json(run))
    assert pd.read_csv(out / "scorecard.csv")["upper_bound"].all()
    assert pd.read_parquet(out / "kpis_weekly.parquet")["upper_bound"].all()
    assert "Knows all (upper bound)" in (out / "report.html").read_text()
    market = Market("tiny", weeks=2, customers=150, overrides=ORACLE).run()
    assert market.results.scorecard["upper_bound"].all() and market.results.oracles == ("segmentation.oracle",)


def test_a_comparison_says_so(tmp_path: Path, policy: str) -> None:
    out = tmp_path / "compare"
    told = " ".join(
        call("compare", "tiny", "status_quo", policy, *SMALL, "--replications", "2", "--out", str(out)).split()
    )
    assert "Knows all (upper bound) against Status quo" in told
    for name in ("comparison", "runs", "runs_weekly", "ranking", "all_pairs"):
        for table in (pd.read_csv(out / f"{name}.csv"), pd.read_parquet(out / f"{name}.parquet")):
            rows = table[(table[[c for c in ("policy", "other") if c in table]] == "knows_all").any(axis=1)]
            assert len(rows) and rows["upper_bound"].all(), name
    assert not pd.read_csv(out / "runs.csv").query("policy == 'status_quo'")["upper_bound"].any()
    assert "Knows all (upper bound)" in (out / "report.html").read_text()
    names = json.loads((out / "study.json").read_text())["policies"]
    assert names["knows_all"]["upper_bound"] is True and names["status_quo"]["upper_bound"] is False


def test_a_comparison_in_python_says_so(policy: str) -> None:
    outcome = compare(
        "tiny", ["status_quo", policy], replications=2, weeks=3, workers=1, overrides={"world.customers": 150}
    )
    assert "Knows all (upper bound)" in outcome.sentence
    assert outcome.table["upper_bound"].all()
    content = outcome.to_json()
    assert content["upper_bounds"] == ["knows_all"] and WORDS in content["answer"] and WORDS in str(content["notes"])
    assert {row["policy"]: row["upper_bound"] for row in content["ranking"]} == {"status_quo": False, "knows_all": True}
    assert all(row["upper_bound"] for row in content["comparison"] + content["all_pairs"])
    figure = outcome.plot()
    assert any(WORDS in text.get_text() for text in figure.findobj(Text))
    plt.close(figure)


def test_an_oracle_under_all_policies_marks_them_all(policy: str) -> None:
    outcome = compare(
        "tiny",
        ["status_quo", "as_written"],
        replications=2,
        weeks=3,
        workers=1,
        overrides={"world.customers": 150, **ORACLE},
    )
    assert outcome.to_json()["upper_bounds"] == ["status_quo", "as_written"]
    assert outcome.sentence.count("(upper bound)") >= 2


def test_a_selection_says_so(tmp_path: Path, policy: str) -> None:
    words = ("select", "tiny", "status_quo", policy, "--indifference", "1000", "--first", "2", "--budget", "3", *SMALL)
    told = " ".join(call(*words, "--out", str(tmp_path / "one")).split())
    assert "Knows all (upper bound)" in told
    content = json.loads(runner.invoke(app, [*words, "--json", "--out", str(tmp_path / "one")]).stdout)
    assert content["upper_bounds"] == ["knows_all"] and "Knows all (upper bound)" in content["answer"]
    table = pd.read_csv(tmp_path / "one" / "selection.csv").set_index("policy")
    assert table["upper_bound"].to_dict() == {"knows_all": True, "status_quo": False}


def test_an_ablation_says_so(tmp_path: Path, policy: str) -> None:
    out = str(tmp_path / "ablate")
    words = ("ablate", "tiny", policy, "--base", "status_quo", *SMALL, "--replications", "2", "--out", out)
    assert WORDS in call(*words)
    content = json.loads(runner.invoke(app, [*words, "--json"]).stdout)
    assert content["upper_bounds"] and all(row["upper_bound"] for row in content["effects"])
    assert pd.read_csv(f"{out}/effects.csv")["upper_bound"].all()


def test_a_batch_says_so(tmp_path: Path, policy: str) -> None:
    design = tmp_path / "design.toml"
    design.write_text(
        'scenario = "tiny"\nweeks = 3\nreplications = 2\nset = { "world.customers" = 150 }\n'
        '[[policy]]\nname = "status_quo"\n[[policy]]\nname = "seer"\npolicy = "status_quo"\n'
        'set = { "policy.segmentation.kind" = "oracle" }\n'
        '[futures]\nmethod = "latin_hypercube"\nsize = 4\n'
        '[futures.factors."params.people.quit_probability"]\nlow = 0.1\nhigh = 0.3\n'
    )
    told = " ".join(call("batch", "run", str(design), "--out", str(tmp_path / "out"), "--workers", "1").split())
    assert "seer (upper bound)" in told
    batch = open_batch(tmp_path / "out")
    assert batch.table("policies").set_index("policy")["upper_bound"].to_dict() == {"status_quo": False, "seer": True}
    runs: Any = batch.runs()
    assert runs.groupby("policy")["upper_bound"].all().to_dict() == {"status_quo": False, "seer": True}
    assert "upper_bound" not in batch.ensemble().kpis
    assert "seer (upper bound)" in (tmp_path / "out" / "report.html").read_text()
    pairs = pd.read_csv(tmp_path / "out" / "answer" / "pairs.csv")
    assert pairs["upper_bound"].all()
