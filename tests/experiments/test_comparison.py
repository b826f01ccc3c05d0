"""Comparisons: pairing, reuse, failures, stopping, and what is written; with a stand-in for the simulation."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis import StudyError, read_study
from experiments import Outcome, RunsFailed, compare
from experiments.comparison.arms import plan_comparison
from experiments.comparison.stopping_rule import width_of
from experiments.runs import identity as identity_module
from experiments.runs.identity import identify
from experiments.runs.progress import Count
from experiments.runs.result import Failed
from experiments.runs.run import ALL_TABLES, Base, Kept, Run
from experiments.runs.run_folder import RunFolder
from experiments.runs.run_ledger import RunLedger
from experiments.runs.worker import simulate
from sim.errors import InputErrors
from tests.experiments import fake_runs as fake

PAIR = ("status_quo", "deep_marketing")


def quick(*policies: str, **settings: object) -> Outcome:
    """A comparison in this process by the stand-in."""
    return compare("tiny", policies or PAIR, workers=1, **{"task": fake.quick, "replications": 5, **settings})  # type: ignore[arg-type]


def test_replication_r_has_seed_plus_r_for_every_policy() -> None:
    plan = plan_comparison("tiny", PAIR, seed=40)
    assert [(run.policy, run.seed) for run in plan.runs(1, 3)] == [(p, s) for s in (41, 42) for p in PAIR]
    assert quick(seed=40).study.meta.seeds == (40, 41, 42, 43, 44)


def test_the_seed_of_the_scenario_holds_where_none_is_given() -> None:
    plan = plan_comparison("tiny", PAIR)
    assert plan.seed == plan.baseline.scenario.seed


def test_a_run_is_known_by_everything_that_can_change_it() -> None:
    def identity(**settings: object) -> str:
        policies = settings.pop("policies", PAIR)
        return plan_comparison("tiny", policies, **settings).runs(0, 1)[1].identity  # type: ignore[arg-type]

    ways = [
        identity(),
        identity(seed=2),
        identity(weeks=25),
        identity(overrides={"params.hours.contract": 38.0}),
        identity(policies=("status_quo", "status_quo")),
    ]
    assert len(set(ways)) == len(ways)
    assert identity() == ways[0]


def test_runs_of_an_edited_model_are_not_those_of_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = quick(out=tmp_path)
    monkeypatch.setattr(identity_module, "code_hash", lambda: "edited")
    assert quick(out=tmp_path).reused == 0
    monkeypatch.undo()
    assert quick(out=tmp_path).reused == 10 and first.reused == 0


def test_the_label_is_part_of_an_identity_only_where_it_is_given() -> None:
    base = Base("tiny", "status_quo", (), "digest")
    names = {identify(base, {}, None, 1, ALL_TABLES, label) for label in (None, "status_quo", "status_quo (2)")}
    assert len(names) == 3
    kept = [Kept(), Kept(weekly=True), Kept(by=True), Kept(assumptions=True), Kept(("revenue",))]
    assert len({identify(base, {}, None, 1, one) for one in kept}) == len(kept)


def test_a_policy_compared_with_itself_runs_twice_and_differs_by_exactly_zero(tmp_path: Path) -> None:
    outcome = quick("status_quo", "status_quo", out=tmp_path)
    assert list(outcome.study.policies) == ["status_quo", "status_quo (2)"]
    assert len(RunFolder(tmp_path).done()) == 10
    assert (outcome.table[["difference", "low", "high"]] == 0.0).all(axis=None)
    assert "identical" in outcome.sentence


def test_pairing_is_worth_what_the_shared_luck_is() -> None:
    outcome = quick(replications=12)
    assert outcome.variance_reduction > 50
    row = outcome.table.set_index("kpi").loc["contribution"]
    assert row["verdict"] == "better"


def test_runs_in_the_folder_are_not_done_again(tmp_path: Path) -> None:
    first = quick(out=tmp_path)
    counts: list[Count] = []
    second = quick(out=tmp_path, task=fake.fail_always, progress=counts.append)
    assert (first.reused, second.reused) == (0, 10)
    pd.testing.assert_frame_equal(first.table, second.table)
    assert counts[-1] == Count(ended=10, planned=10, failed=0, reused=10)
    with pytest.raises(InputErrors, match="holds another study"):
        quick(out=tmp_path, seed=9, replications=2)
    assert quick(out=tmp_path, seed=9, replications=2, replace=True).reused == 0
    assert quick(*PAIR, "status_quo_same_budget", out=tmp_path, seed=9, replications=2).reused == 4


def test_a_ledger_that_is_cut_off_is_set_aside_and_its_runs_are_rerun(tmp_path: Path) -> None:
    whole = quick(out=tmp_path)
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(file.read_bytes()[:5000])
    again = quick(out=tmp_path)
    assert again.reused == 0 and again.table.equals(whole.table)
    assert "moved to unreadable-1-ledger.sqlite, and its runs are rerun" in again.study.meta.notes[0]
    assert (tmp_path / "unreadable-1-ledger.sqlite").is_file()
    assert quick(out=tmp_path).reused == 10


def test_a_failed_run_is_tried_again_by_the_next_call_and_then_no_failure_is_kept(tmp_path: Path) -> None:
    assert [f.job.seed for f in quick(out=tmp_path, task=fake.fail_on_three).failures] == [3]
    assert [failure.run for failure in RunFolder(tmp_path).failures()] == ["deep_marketing, seed 3"]
    again = quick(out=tmp_path)
    assert (again.reused, again.failures) == (9, ())
    with RunLedger(tmp_path / "ledger.sqlite", readonly=True) as ledger:
        assert ledger.failures() == []


def test_two_comparisons_do_not_write_into_one_folder_at_a_time(tmp_path: Path) -> None:
    with RunFolder(tmp_path).driving(), pytest.raises(InputErrors, match="another driver is at work in this folder"):
        quick(out=tmp_path)


def test_a_seed_that_fails_for_one_policy_is_left_out_for_all_and_named() -> None:
    outcome = quick(task=fake.fail_on_three)
    assert outcome.study.meta.seeds == (1, 2, 4, 5)
    assert [f.job.seed for f in outcome.failures] == [3]
    assert "seed 3 is unlucky" in outcome.study.meta.notes[0]
    assert "--policy deep_marketing --seed 3" in outcome.study.meta.notes[0]


def test_when_nothing_is_left_to_compare_it_says_so() -> None:
    with pytest.raises(RunsFailed, match=r"no replication ended well.*_Stubborn"):
        quick(task=fake.fail_always, replications=2)


def test_replications_are_added_until_the_interval_is_narrow_enough() -> None:
    loose, tight = quick(precision=0.9), quick(precision=0.0025)
    assert loose.study.meta.replications == 30, "narrow at the first two looks, whatever was asked for"
    assert loose.reached
    assert 30 < tight.study.meta.replications < 200
    assert tight.reached
    assert width_of(tight.table).relative <= 0.0025
    assert "until the half-width" in tight.study.meta.notes[0]


def test_the_budget_ends_what_precision_cannot() -> None:
    outcome = quick(precision=0.0001, budget=17)
    assert outcome.study.meta.replications == 17
    assert outcome.reached is False
    assert "budget of 17 replications ended before" in outcome.study.meta.notes[0]


def test_without_luck_the_second_look_ends_it() -> None:
    outcome = quick(precision=0.01, task=fake.no_luck)
    assert outcome.study.meta.replications == 30
    assert "at most 1.00% of the baseline's mean: it is EUR\u00a00, 0.00%" in outcome.study.meta.notes[0]


def test_a_half_width_is_in_the_unit_that_tables_show() -> None:
    """Contribution of the stand-in is in EUR, of the market in minor units."""
    outcome = quick(half_width=2.0)
    row = outcome.table.set_index("kpi").loc["contribution"]
    assert outcome.reached and 30 < outcome.study.meta.replications < 200
    assert row["half_width"] <= 2.0
    assert "at most EUR\u00a02.00: it is EUR\u00a01." in outcome.study.meta.notes[0]
    assert "--half-width 2.0 --budget 200" in outcome.study.meta.commands[0]
    row = pd.DataFrame([{"kpi": "contribution", "half_width": 500.0, "baseline_mean": 1e4, "pairs": 3}])
    assert width_of(row.assign(unit="minor units")).half_width == pytest.approx(5.0)
    assert width_of(row.assign(unit="share")).half_width == pytest.approx(50_000.0)


def test_another_key_figure_may_decide_when_to_stop() -> None:
    outcome = quick(half_width=2.5, kpi="satisfaction")
    assert "half-width of satisfaction was at most" in outcome.study.meta.notes[0]
    assert outcome.table.set_index("kpi").loc["satisfaction", "half_width"] <= 2.5
    assert outcome.study.meta.commands[0].endswith("--kpi satisfaction")


def test_a_key_figure_that_no_run_reports_ends_at_the_first_look() -> None:
    with pytest.raises(StudyError, match="no run has a value"):
        quick(half_width=2.5, kpi="revenue")


def test_what_is_wanted_is_checked() -> None:
    with pytest.raises(InputErrors) as caught:
        quick(precision=0.1, half_width=-3.0, kpi="profitt")
    assert [error.place for error in caught.value.errors] == ["--kpi profitt", "--half-width", "--half-width"]
    assert "use one of them" in str(caught.value)


def test_all_settings_are_checked_at_once_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as caught:
        quick(replications=0, precision=7.0, budget=-1, out=tmp_path / "new")
    assert [error.place for error in caught.value.errors] == ["--replications", "--budget", "--precision"]
    assert not (tmp_path / "new").exists()


def test_mistakes_of_all_policies_are_told_at_once() -> None:
    with pytest.raises(InputErrors) as caught:
        quick("status_qou", "deep_marketting")
    text = str(caught.value)
    assert "`status_quo`" in text
    assert "`deep_marketing`" in text


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(str(tmp_path / folder / "mine.toml"))
        Path(paths[-1]).write_text('extends = "status_quo"\n', encoding="utf-8")
    with pytest.raises(InputErrors, match="two files are called `mine`"):
        quick(*paths)


def test_equal_titles_are_told_apart_by_the_label(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text('title = "Plan"\nextends = "status_quo"\n', encoding="utf-8")
    plan = plan_comparison("tiny", ("status_quo", str(tmp_path / "one.toml"), str(tmp_path / "two.toml")))
    assert [arm.title for arm in plan.arms] == ["Status quo", "Plan (one)", "Plan (two)"]


def test_surprising_values_are_in_the_notes_once() -> None:
    notes = quick(overrides={"policy.pay.commission": 0.9}).study.meta.notes
    assert len(notes) == 1
    assert notes[0].startswith("policy.pay.commission = 0.9 is surprising")


def test_what_the_scenario_itself_holds_is_a_policy_too() -> None:
    outcome = quick("as_written", "deep_marketing")
    assert outcome.study.title("as_written") == "As written"


def test_a_scenario_edited_while_runs_are_under_way_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('extends = "tiny"\nweeks = 2\n', encoding="utf-8")
    plan = plan_comparison(str(file), PAIR)
    file.write_text('extends = "tiny"\nweeks = 3\n', encoding="utf-8")
    with pytest.raises(InputErrors, match="was edited after the runs were planned"):
        simulate(plan.runs(0, 1)[0])


def test_everything_is_written_and_can_be_read_back(tmp_path: Path) -> None:
    outcome = quick(out=tmp_path)
    for name in (
        "comparison.csv",
        "comparison.parquet",
        "runs.csv",
        "runs.parquet",
        "study.json",
        "scenario_deep_marketing.toml",
    ):
        assert (tmp_path / name).is_file(), name
    assert len(list((tmp_path / "figures").glob("*.png"))) >= 2
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    study = read_study(tmp_path)
    pd.testing.assert_frame_equal(study.runs, outcome.study.runs)
    assert study.meta.commands == ("deepmarket compare tiny status_quo deep_marketing --replications 5 --seed 1",)
    assert study.meta.versions["deepmarket"]


def test_figures_of_an_earlier_comparison_do_not_stay(tmp_path: Path) -> None:
    quick("status_quo", "status_quo_same_budget", out=tmp_path)
    assert list((tmp_path / "figures").glob("*same_budget*"))
    quick(out=tmp_path, replace=True)
    assert list((tmp_path / "figures").glob("*deep_marketing*"))
    assert not list((tmp_path / "figures").glob("*same_budget*"))


def test_the_outcome_as_json_holds_no_numbers_that_json_lacks() -> None:
    content = quick("status_quo", "status_quo").to_json()
    text = json.dumps(content, allow_nan=False)
    assert json.loads(text)["comparison"][0]["difference"] == 0.0


def test_the_outcome_as_json_holds_what_the_report_says() -> None:
    content = quick("status_quo", "deep_marketing", precision=0.5).to_json()
    assert any("until the half-width" in note for note in content["notes"])
    assert [row["policy"] for row in content["ranking"]] == ["deep_marketing", "status_quo"]
    assert content["ranking"][1]["price_of_being_wrong"] > content["ranking"][0]["price_of_being_wrong"] >= 0


def test_the_outcome_draws_and_reports(tmp_path: Path) -> None:
    outcome = quick()
    assert outcome.plot().get_axes()
    assert outcome.report(tmp_path / "page.html").stat().st_size > 10_000


def test_the_ledger_keeps_tables_exactly(tmp_path: Path) -> None:
    run = fake.make_run(7)
    given = fake.quick(run)
    with RunLedger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.numbers_of(run.identity) is None
        ledger.put_done(run, given)
    found = RunFolder(tmp_path).numbers_of(run.identity)
    assert found is not None and found.same(given) and found.seconds == given.seconds
    for part in given.parts:
        pd.testing.assert_frame_equal(found.table(part.name), given.table(part.name))
    assert found.table("assumptions")["value"].tolist() == ["status_quo"]


def test_a_ledger_forgets_the_failure_of_a_run_that_succeeds_later(tmp_path: Path) -> None:
    run = fake.make_run(7)
    with RunLedger(tmp_path / "ledger.sqlite") as ledger:
        ledger.put_failed(Failed(run, "error", "unlucky"))
        assert [failure.identity for failure in ledger.failures()] == [run.identity]
        ledger.put_done(run, fake.quick(run))
        assert ledger.failures() == [] and list(ledger.done()) == [run.identity]
        assert ledger.repair() == ([], False), "the digest of all rows knows that the failure is gone"


def test_the_command_that_repeats_a_run_can_be_pasted() -> None:
    settings = {
        "policy.pay.kind": "it's",
        "policy.pay.commission": "0.03",
        "world.x": True,
        "world.y": 0.1,
        "world.z": "",
    }
    run = Run(Base("my market.toml", "as_written", tuple(settings.items()), "", 9), "x", 3, "")
    assert run.replay == (
        "deepmarket run 'my market.toml' --seed 3 --weeks 9 --set 'policy.pay.kind=it'\"'\"'s' "
        "--set policy.pay.commission=0.03 --set world.x=true --set world.y=0.1 --set 'world.z=\"\"'"
    )


def test_contribution_is_reconciled_line_by_line_and_drawn(tmp_path: Path) -> None:
    outcome = compare("tiny", PAIR, replications=2, weeks=6, workers=1, out=tmp_path)
    rows = outcome.table.set_index("kpi")
    books = rows[rows["kpi_class"] == "books"]
    sign = books["direction"].map({"up": 1.0, "down": -1.0})
    for column in ("baseline_mean", "policy_mean", "difference"):
        assert (sign * books[column]).sum() == pytest.approx(rows.loc["contribution", column], rel=1e-12)
    assert (tmp_path / "figures" / "waterfall_deep_marketing.png").is_file()
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Where the difference in contribution comes from" in page and "Payments for shared data" in page
