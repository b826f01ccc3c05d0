"""Selecting the best: reuse, order of results, failures, budget, words and the command; with a stand-in for the simulation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis import StudyError
from experiments import RunsFailed, Selection, select_best
from experiments.cli.app import app
from experiments.comparison import race as race_module
from experiments.runs import work
from experiments.runs.driver import Driver
from experiments.runs.numbers import Numbers
from experiments.runs.progress import Count
from experiments.runs.result import Done
from experiments.runs.run import Run
from sim.errors import InputErrors
from tests.experiments import fake_runs as fake

THREE = ("status_quo", "deep_marketing", "status_quo_same_budget")


def race(*policies: str, **settings: Any) -> Selection:
    """A selection in this process by the stand-in; contribution is about 1500, deep marketing 50 better."""
    return select_best(
        "tiny", policies or THREE, **{"task": fake.quick, "workers": 1, "indifference": 10.0, "first": 5, **settings}
    )


def valueless(run: Run) -> Numbers:
    """Satisfaction has no value with seed 4."""
    values = fake.values_of(run.seed, run.base.policy)
    return fake.made({**values, "satisfaction": np.nan} if run.seed == 4 else values)


def close(run: Run) -> Numbers:
    """Status quo is far behind, the other two differ by nothing but luck."""
    return fake.made(_close_values(run))


def _close_values(run: Run) -> dict[str, float]:
    policy = run.base.policy
    values = fake.values_of(run.seed, "mine" if policy == "deep_marketing" else policy)
    return {kpi: value - 400.0 * (policy == "status_quo") for kpi, value in values.items()}


def in_minor_units(run: Run) -> Numbers:
    """The same money in cents."""
    values = {kpi: 100.0 * value for kpi, value in _close_values(run).items()}
    return fake.made(values, units=dict.fromkeys(values, "minor units"))


def test_the_indifference_is_in_the_unit_that_tables_show() -> None:
    """What is kept in cents is decided as what is kept in euros."""
    settings = {"indifference": 2.0, "first": 6}
    euros, cents = race(task=close, **settings), race(task=in_minor_units, **settings)
    assert euros.sentence == cents.sentence and euros.replications == cents.replications > 6
    np.testing.assert_allclose(cents.table["difference"], 100 * euros.table["difference"])


def test_the_best_is_selected_and_the_others_say_when_and_behind_whom_they_fell() -> None:
    found = race()
    assert found.best == found.leader == "deep_marketing" and found.survivors == ("deep_marketing",)
    assert found.replications == 5 and found.runs == 15
    table = found.table.set_index("policy")
    assert table.index[0] == "deep_marketing"
    assert table.loc["status_quo", ["eliminated_at", "eliminated_by"]].tolist() == [5, "deep_marketing"]
    assert table.loc["deep_marketing", "difference"] == 0.0
    others = table.drop("deep_marketing")
    assert (others["high"] < 0).all() and (others["probability_best"] < 0.01).all()
    assert table["probability_best"].sum() == pytest.approx(1.0)
    assert "Deep marketing is selected as the best of 3 on contribution after 5" in found.sentence
    assert (
        "at least EUR\u00a010.0 better than every other one is found with a probability of at least 95"
        in found.sentence
    )


def test_less_may_be_better() -> None:
    found = race(kpi="turnover")
    assert found.leader != "deep_marketing"
    assert found.table.iloc[-1]["policy"] == "deep_marketing"
    assert (found.table["difference"] >= 0).all()


def test_policies_that_are_out_get_no_more_runs() -> None:
    seen: list[Run] = []

    def watched(run: Run) -> Numbers:
        seen.append(run)
        return close(run)

    found = race(task=watched, indifference=1.0, first=4, budget=12)
    assert found.table.set_index("policy").loc["status_quo", "eliminated_at"] == 4
    assert sum(run.policy == "status_quo" for run in seen) == 4
    assert sum(run.policy == "deep_marketing" for run in seen) == found.replications > 4


def test_when_the_budget_ends_nothing_is_promised() -> None:
    found = race(task=close, indifference=1.0, first=4, budget=9)
    assert found.best is None and found.replications == 9
    assert set(found.survivors) == {"deep_marketing", "status_quo_same_budget"}
    assert found.leader in found.survivors
    assert "No policy is selected on contribution" in found.sentence and "so nothing is promised" in found.sentence
    assert "still in with" not in found.sentence and "fell behind" in found.sentence
    assert found.table["eliminated_at"].isna().sum() == 2


def test_runs_in_the_folder_are_found_and_a_larger_budget_goes_on(tmp_path: Path) -> None:
    settings = {"task": close, "indifference": 2.0, "first": 6, "out": tmp_path}
    short = race(budget=7, **settings)
    assert short.best is None
    whole = race(budget=400, **settings)
    assert whole.reused == short.runs
    again = race(budget=400, **{**settings, "task": fake.fail_always})
    assert again.reused == whole.runs == again.runs
    pd.testing.assert_frame_equal(whole.table, again.table)
    alone = race(budget=400, **{**settings, "out": None})
    pd.testing.assert_frame_equal(whole.table, alone.table)
    assert pd.read_csv(tmp_path / "selection.csv")["policy"].tolist() == whole.table["policy"].tolist()


class Shuffled(Driver[Run, Numbers]):
    """Ends runs in an order of its own: seven go at a time, and the last started ends first."""

    def run_bundles(self, bundles: Any) -> Iterator[Any]:
        waiting, held = (job for bundle in bundles for job in bundle), []
        while True:
            while len(held) < 7 and (job := next(waiting, None)) is not None:
                held.append(Done(job, self.task(job)))
            if not held:
                return
            yield held.pop()


def test_the_order_in_which_runs_end_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"task": close, "indifference": 2.0, "first": 6, "budget": 25}
    plain = race(**settings)
    monkeypatch.setattr(work, "Driver", Shuffled)
    shuffled = race(**settings)
    pd.testing.assert_frame_equal(plain.table, shuffled.table)
    assert shuffled.replications == plain.replications
    assert shuffled.runs > plain.runs, "those that went ahead are kept, not counted"


def test_two_workers_select_as_one_does(tmp_path: Path) -> None:
    settings = {"task": close, "indifference": 2.0, "first": 6}
    pd.testing.assert_frame_equal(race(**settings).table, race(**settings, workers=2, out=tmp_path).table)


def test_a_seed_that_fails_is_left_out_for_all() -> None:
    found = race(task=fake.fail_on_three)
    assert found.best == "deep_marketing" and found.replications == 5
    assert [f.job.seed for f in found.failures] == [3]
    assert found.runs == 17, "six seeds of three policies, without the one that failed"
    assert "Excluded for all policies: seed 3." in found.notes[0]


def test_when_nothing_ends_well_it_says_so() -> None:
    with pytest.raises(RunsFailed):
        race(task=fake.fail_always, budget=6)


def test_a_key_figure_without_a_value_is_refused() -> None:
    with pytest.raises(StudyError, match="no value in the run of status_quo with seed 4"):
        race(task=valueless, kpi="satisfaction")
    with pytest.raises(StudyError, match="no run reports it"):
        race(kpi="revenue")


def test_all_settings_are_checked_at_once_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as caught:
        race(indifference=0.0, confidence=0.2, kpi="profitt", first=1, budget=1, workers=0, out=tmp_path / "new")
    places = [error.place for error in caught.value.errors]
    assert places == ["--kpi profitt", "--indifference", "--confidence", "--first", "--budget", "--workers"]
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputErrors, match="neither more nor less"):
        race(kpi="calls_per_rep_week")


def test_progress_counts_down_to_the_end() -> None:
    counts: list[Count] = []
    race(task=close, indifference=2.0, first=6, budget=300, progress=counts.append)
    assert counts[0].planned == 18
    assert counts[-1].ended == counts[-1].planned


def test_the_selection_as_json_holds_no_numbers_that_json_lacks() -> None:
    for budget in (5, 400):
        content = json.loads(json.dumps(race(task=close, budget=budget).to_json(), allow_nan=False))
        assert content["policies"][0]["policy"] == content["leader"]
        assert content["policies"][0]["eliminated_at"] is None
    assert content["command"].startswith(
        "deepmarket select tiny status_quo deep_marketing status_quo_same_budget --indifference 10.0 --confidence 0.95 "
        "--first 5 --budget 400 --seed 1"
    )


@pytest.fixture
def _fake_market(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    real = race_module.select_best
    monkeypatch.setattr(race_module, "select_best", lambda *a, **k: real(*a, **{"task": fake.quick, **k, "workers": 1}))


CALL = ("select", "tiny", *THREE, "--indifference", "10", "--first", "5")


@pytest.mark.usefixtures("_fake_market")
def test_the_command_shows_standings_choice_and_folder(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, CALL)
    assert result.exit_code == 0, result.output
    for text in ("selected", "out after 5, behind Deep marketing", "Deep marketing is selected as the best of 3", "≤"):
        assert text in result.stdout, text
    assert (tmp_path / "out" / "select-tiny" / "selection.csv").is_file()
    content = json.loads(CliRunner().invoke(app, [*CALL, "--json"]).stdout)
    assert content["best"] == "deep_marketing" and content["reused_runs"] == 15
    assert CliRunner().invoke(app, [*CALL, "--quiet"]).stdout.strip() == "out/select-tiny"


@pytest.mark.usefixtures("_fake_market")
@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--indifference", "-1"), "--indifference: found -1"),
        (("--confidence", "95"), "--confidence: found 95"),
        (("--budget", "4"), "--budget: found 4"),
        (("--kpi", "profitt"), "no such KPI"),
        (("--set", "x"), "path=value"),
    ],
)
def test_bad_input_is_code_2(more: tuple[str, ...], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*CALL, *more])
    assert result.exit_code == 2 and told in result.stderr
    assert not (tmp_path / "out").exists()


def test_failures_and_interrupts_have_their_codes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    real = race_module.select_best
    monkeypatch.setattr(
        race_module, "select_best", lambda *a, **k: real(*a, **{**k, "task": fake.fail_on_three, "workers": 1})
    )
    assert CliRunner().invoke(app, CALL).exit_code == 3

    def interrupted(*args: Any, **settings: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(race_module, "select_best", interrupted)
    result = CliRunner().invoke(app, CALL)
    assert result.exit_code == 130 and "the same command resumes from there" in " ".join(result.stderr.split())
