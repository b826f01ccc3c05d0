"""Designs: what is wrong with one is told at once, with its line; what is right becomes policies, futures and runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.batch.batch_plan import plan_batch
from experiments.batch.design_file import read_design
from experiments.cli.app import app
from sim.errors import InputErrors
from tests.experiments.batch_fixture import DESIGN, design_file, small_plan

LEVERS = """
[levers]
base = "deep_marketing"
method = "grid"
[levers.factors."policy.pay.commission"]
levels = [0.01, 0.03]
"""


def test_every_policy_meets_every_future_with_the_same_seeds(tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    runs = list(plan.runs())
    assert plan.count == len(runs) == 2 * 5 * 2
    assert len({run.identity for run in runs}) == 20
    cells = {(run.policy, run.future, run.replication): run for run in runs}
    for future in range(5):
        for replication in range(2):
            one, other = (cells[policy, future, replication] for policy in ("as_written", "deep_marketing"))
            assert one.settings == other.settings
            assert one.seed == other.seed == plan.seed + replication


def test_factors_set_multiply_and_stay_whole_where_the_scenario_is(tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    run = next(run for run in plan.runs() if run.future == 3)
    settings, row = dict(run.settings), plan.futures.loc[3]
    assert settings["params.choice.loyalty"] == row["params.choice.loyalty"]
    prices = {path: value for path, value in settings.items() if path.endswith("list_price")}
    assert len(prices) == 4
    assert all(isinstance(value, int) for value in prices.values())
    stored = plan.settings.moves["tiny"]["prices"]
    assert prices == {path: round(value * row["prices"]) for path, value in stored}


def test_identity_holds_what_changes_a_result_and_no_label(tmp_path: Path) -> None:
    first = next(small_plan(tmp_path).runs())
    renamed = ('name = "as_written"', 'name = "us"\npolicy = "as_written"')
    assert next(small_plan(tmp_path, renamed).runs()).identity == first.identity
    for change in (
        ("weeks = 4", "weeks = 5"),
        ("replications = 2", "replications = 2\nseed = 9"),
        ("seed = 3", "seed = 4"),
        ("[futures]", "[outputs]\nweekly = true\n[futures]"),
        ("weeks = 4", 'weeks = 4\n[set]\n"params.choice.quality" = 2.0'),
        ('name = "as_written"', 'name = "as_written"\nset = { "policy.pay.salary" = 1_000_000 }'),
    ):
        assert next(small_plan(tmp_path, change).runs()).identity != first.identity, change


def test_levers_become_policies_and_horizons_and_scenarios_are_crossed(tmp_path: Path) -> None:
    plan = small_plan(tmp_path, ("[futures]\n", LEVERS + "\n[futures]\n"), ("weeks = 4", "weeks = [4, 6]"))
    names = [policy.name for policy in plan.policies]
    assert names[2:] == ["deep_marketing (pay.commission=0.01)", "deep_marketing (pay.commission=0.03)"]
    assert plan.horizons == (4, 6)
    assert plan.count == 4 * 5 * 2 * 2
    two = small_plan(tmp_path, ('scenario = "tiny"', 'scenarios = ["tiny", "regional_plain"]'))
    assert two.futures["scenario"].tolist() == ["tiny"] * 5 + ["regional_plain"] * 5
    assert {run.base.scenario for run in two.runs()} == {"tiny", "regional_plain"}


def test_fresh_futures_are_others_and_sobol_goes_on(tmp_path: Path) -> None:
    for method in ("latin_hypercube", "sobol"):
        plan = small_plan(tmp_path, ("latin_hypercube", method), ("size = 5", "size = 4\nfresh = 4"))
        assert plan.futures["role"].tolist() == ["study"] * 4 + ["fresh"] * 4
        assert plan.futures["prices"].nunique() == 8
    longer = small_plan(tmp_path, ("latin_hypercube", "sobol"), ("size = 5", "size = 8"))
    assert longer.futures["prices"].tolist() == plan.futures["prices"].tolist()


def test_key_figures_that_decide_are_always_kept(tmp_path: Path) -> None:
    target = '[[target]]\nkpi = "satisfaction"\nat_least = 0.5\n'
    plan = small_plan(tmp_path, ("[futures]\n", f'[outputs]\nkpis = ["revenue"]\n{target}[futures]\n'))
    assert plan.kept.kpis == ("revenue", "contribution", "satisfaction")


WRONG = {
    "no scenario": (('scenario = "tiny"\n', ""), "design.toml: scenario", "no scenario is given"),
    "unknown scenario": (('scenario = "tiny"', 'scenario = "tinny"'), "tinny", "tiny"),
    "unknown key": (("replications = 2", "replication = 2"), "design.toml, line 3: replication", "replications"),
    "no number": (("replications = 2", 'replications = "2"'), "line 3: replications", "quotation marks"),
    "none": (("replications = 2", "replications = 0"), "line 3: replications", "1"),
    "policy twice": (('name = "deep_marketing"', 'name = "as_written"'), "policy", "twice"),
    "unknown policy": (('name = "deep_marketing"', 'name = "deep_marketin"'), "deep_marketin", "deep_marketing"),
    "lever among futures": (('."params.choice.loyalty"]', '."policy.pay.salary"]'), "futures.factors", "is a lever"),
    "future among levers": (
        ('name = "as_written"', 'name = "as_written"\nset = { "params.choice.loyalty" = 1.0 }'),
        "policy.0.set",
        "no lever",
    ),
    "unknown path": (("params.choice.loyalty", "params.choice.loyalti"), "line 17", "loyalty"),
    "no such paths": (("offer.*.list_price", "offer.*.list_prize"), "prices", "no setting"),
    "out of bounds": (("low = 1.0", "low = -1e9"), "line 17", "loyalty"),
    "turned range": (("high = 5.0", "high = 0.5"), "low", "low < high"),
    "one end": (("high = 5.0\n", ""), "line 17", "one end"),
    "log of nothing": (("low = 1.0", "low = 0.0\nlog = true"), "low", "above 0"),
    "grid of ranges": (("latin_hypercube", "grid"), "levels", "grid needs levels"),
    "unknown method": (("latin_hypercube", "latin_hypercub"), "method", "latin_hypercube"),
    "fresh grid": (('"latin_hypercube"\nsize = 5', '"morris"\nsize = 5\nfresh = 3'), "fresh", "no fresh futures"),
    "no factors": (("size = 5", 'size = 5\nfile = "x.csv"'), "file", "do not fit"),
    "target without limit": (("[futures]\n", '[[target]]\nkpi = "contribution"\n[futures]\n'), "target", "no limit"),
    "unknown target": (
        ("[futures]\n", '[[target]]\nkpi = "contributio"\nat_least = 1\n[futures]\n'),
        "target.0.kpi",
        "contribution",
    ),
    "unknown baseline": (("[futures]\n", '[decide]\nbaseline = "none"\n[futures]\n'), "decide.baseline", "as_written"),
    "taken name": (("factors.prices", "factors.future"), "future", "column of results"),
    "times of text": (("offer.*.list_price", "offer.*.brand"), "prices", "path with a number"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    change, place, told = WRONG[case]
    file = design_file(tmp_path, DESIGN, change)
    with pytest.raises(InputErrors) as found:
        plan_batch(read_design(file))
    assert place in str(found.value)
    assert told in str(found.value)
    answer = CliRunner().invoke(app, ["batch", "plan", str(file), "--no-price"])
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


def test_a_missing_empty_or_broken_file_is_told(tmp_path: Path) -> None:
    for content, told in ((None, "no such file"), ("", "empty"), ("a = ", "not TOML")):
        file = tmp_path / "x.toml"
        if content is not None:
            file.write_text(content)
        answer = CliRunner().invoke(app, ["batch", "plan", str(file)])
        assert answer.exit_code == 2
        assert told in answer.output


def test_plan_counts_and_writes_nothing(tmp_path: Path) -> None:
    file = design_file(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    answer = CliRunner().invoke(app, ["batch", "plan", str(file)])
    assert answer.exit_code == 0, answer.output
    assert "= 20 runs of 4 weeks" in answer.output
    assert "Two runs took" in answer.output
    assert sorted(tmp_path.rglob("*")) == before
