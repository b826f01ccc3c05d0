"""Searching: it comes near a front known in closed form, goes on where it was ended, and drops nothing in silence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.digests import digest_of
from analysis.factor import Factor
from analysis.figures.pareto import pareto_figure
from analysis.intervals import Floats
from analysis.pareto import hypervolume
from analysis.search import Search
from analysis.search_words import found_in_words
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import plan_batch
from experiments.batch.design_file import read_design
from experiments.batch.drive import drive
from experiments.batch.lever_search import search
from experiments.batch.nsga2 import Asker
from experiments.batch.planned_status import find_run, standing_of
from experiments.batch.sealed_batch import open_batch
from experiments.batch.sealed_tables import seal
from experiments.batch.search_points import FILE, SearchPlan, kept_points
from experiments.batch.search_tables import checks_of, search_of
from experiments.batch.unit_cube import latin_hypercube
from experiments.cli.app import app
from experiments.runs.backends import Serial
from experiments.runs.driver import Task
from experiments.runs.work import TooManyFailures
from sim.errors import InputErrors
from tests.experiments import search_fakes as fake
from tests.experiments.batch_fixture import DESIGN as BATCH
from tests.experiments.batch_fixture import design_file

UP, DOWN = [1.0, 1.0], [-1.0, -1.0]
SMALL = (("population = 12", "population = 6"), ("generations = 15", "generations = 3"))


def _go(
    folder: Path, *changes: tuple[str, str], task: Task = fake.known, out: str = "out", **settings: object
) -> tuple[SearchPlan, BatchFolder, Search]:
    plan = fake.planned(folder, *changes)
    place = BatchFolder.start(folder / out, plan.design)
    found, _ = search(plan, place, Serial(), task=task, **settings)  # type: ignore[arg-type]
    return found, place, search_of(found, place)


def test_the_search_comes_near_a_front_in_closed_form(tmp_path: Path) -> None:
    plan, _, found = _go(tmp_path, ("generations = 15", "generations = 8"))
    reference = [-140.0, -50.0]  # of the literature on this problem
    whole = hypervolume(fake.true_front(), reference, UP)
    assert len(plan.points) == 12 * 8
    assert 0.95 <= hypervolume(found.values[found.feasible], reference, UP) / whole <= 1.0
    _, _, young = _go(tmp_path, ("generations = 15", "generations = 1"), out="young")
    first = hypervolume(young.values[young.feasible], reference, UP) / whole
    assert first < 0.95, "control: the first generation alone, a Latin hypercube"


def test_what_it_asks_for_is_better_than_chance() -> None:
    """ZDT1 (Zitzler, Deb and Thiele 2000) in five levers, with f1 ≥ .2 for a limit: the front is f2 = 1 − √f1 there."""
    levers = tuple(Factor(f"lever {k}") for k in range(5))
    reference, count = [1.1, 1.1], 20 * 60
    along = np.linspace(0.2, 1.0, 2000)
    whole = hypervolume(np.column_stack([along, 1 - np.sqrt(along)]), reference, DOWN)

    def reached(genes: Floats) -> float:
        costs, kept = _zdt1(genes), genes[:, 0] >= 0.2
        return hypervolume(costs[kept], reference, DOWN) / whole

    for seed in (1, 2, 3):
        asker = Asker(levers, 2, 1, 20, 60, seed)
        asked = []
        for _ in range(60):
            genes = asker.ask()
            asked.append(genes)
            asker.tell(_zdt1(genes), np.maximum(0.2 - genes[:, :1], 0.0), np.zeros(len(genes)))
        assert sum(map(len, asked)) == count
        assert not len(asker.ask())
        assert reached(np.vstack(asked)) >= 0.95
        assert reached(latin_hypercube(5, count, seed)) < 0.5, "control: a Latin hypercube of as many points"


def _zdt1(genes: Floats) -> Floats:
    first, far = genes[:, 0], 1 + 9 * genes[:, 1:].mean(axis=1)
    return np.column_stack([first, far * (1 - np.sqrt(first / far))])


def test_points_meet_study_futures_with_the_same_seeds_and_the_check_meets_others(tmp_path: Path) -> None:
    plan, folder, found = _go(tmp_path, *SMALL)
    searched = list(plan.searching([policy.name for policy in plan.policies]))
    cells = {name: {(r.future, r.seed) for r in searched if r.policy == name} for name in ("as_written", "point_9")}
    assert cells["as_written"] == cells["point_9"] == {(f, s) for f in range(3) for s in (plan.seed, plan.seed + 1)}
    checked = list(plan.checking())
    assert {(r.future, r.seed) for r in checked} == {(f, s) for f in (3, 4) for s in (plan.seed + 2, plan.seed + 3)}
    front = found.evaluations["point"][found.on_front & (found.evaluations["role"] == "searched").to_numpy()]
    assert set(plan.checked) == set(front)
    assert {r.policy for r in checked} == {"as_written", *front}
    assert {run.identity for run in plan.runs()} == set(folder.done())


def test_an_ended_search_goes_on_to_the_very_same_front_and_repeats_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, _, whole = _go(tmp_path, *SMALL, out="alone")
    marks = tmp_path / "marks"
    monkeypatch.setenv(fake.MARKS, str(marks))
    for most in (3, 10, 47, 83):
        marks.with_suffix(".most").write_text(str(most))
        with pytest.raises(KeyboardInterrupt):
            _go(tmp_path, *SMALL, task=fake.counted)
    marks.with_suffix(".most").write_text("100000")
    plan, folder, found = _go(tmp_path, *SMALL, task=fake.counted)
    pd.testing.assert_frame_equal(found.table(), whole.table())
    assert (plan.points, plan.checked) == (alone.points, alone.checked)
    done = marks.read_text().split()
    assert len(done) == len(set(done)) == len(folder.done()), "no run twice"
    for name, place in (("alone", alone), ("out", plan)):
        seal(place, BatchFolder(tmp_path / name))
    for name in ("evaluations", "runs", "policies", "limits", "relaxations", "checks"):
        assert (tmp_path / "out" / f"{name}.parquet").read_bytes() == (
            tmp_path / "alone" / f"{name}.parquet"
        ).read_bytes()


def test_a_search_that_asks_something_else_than_before_is_refused(tmp_path: Path) -> None:
    _, folder, _ = _go(tmp_path, *SMALL)
    content = json.loads((folder.path / FILE).read_text())
    content["points"][4]["levers"]["x"] += 1e-9
    del content["digest"]
    content["digest"] = digest_of(json.dumps(content, sort_keys=True))
    (folder.path / FILE).write_text(json.dumps(content))
    with pytest.raises(InputErrors, match="point_5 is no longer what the search asked for"):
        search(fake.planned(tmp_path, *SMALL), folder, Serial(), task=fake.known)


def test_another_seed_asks_other_points_and_no_global_generator_is_touched(tmp_path: Path) -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[union-attr,index]  # noqa: NPY002
    one, _, _ = _go(tmp_path, *SMALL)
    other, _, _ = _go(tmp_path, *SMALL, ("seed = 2", "seed = 3"), out="other")
    assert np.random.get_state()[1].tolist() == before  # type: ignore[union-attr,index]  # noqa: NPY002
    assert [point.levers for point in one.points] != [point.levers for point in other.points]


def test_a_failed_run_makes_its_point_infeasible_and_is_told(tmp_path: Path) -> None:
    _, folder, found = _go(tmp_path, *SMALL, task=fake.fail_right)
    table = found.evaluations
    right = table["x"] > 0.02
    assert right.any()
    assert not table.loc[right, "feasible"].any()
    assert table.loc[right, "error"].str.contains("in future 1: nobody answers the phone").all()
    assert (table.loc[~right, "error"] == "").all(), "control: other points have numbers"
    assert len(folder.failures()) == 2 * right.sum()
    assert not found.on_front[right.to_numpy()].any()
    assert "failed" in found_in_words(found)[0]
    with pytest.raises(TooManyFailures):
        _go(tmp_path, *SMALL, task=fake.fail_right, out="few", max_failures=0)
    _, _, mended = _go(tmp_path, *SMALL, retry=True)
    assert not mended.failed.any()
    assert not folder.failures()


def test_a_point_without_a_key_figure_has_failed(tmp_path: Path) -> None:
    _, _, found = _go(tmp_path, *SMALL, task=fake.without_satisfaction)
    right = (found.evaluations["x"] > 0.02).to_numpy()
    assert (found.failed == right).all()
    assert "no value of satisfaction" in found.evaluations["error"][right].iloc[0]


def test_levers_that_do_not_fit_together_make_a_failed_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lever's ends are right by themselves; what goes wrong together is known when the point is loaded."""
    from experiments.batch import search_points as points
    from sim.errors import InputError

    real = points.load

    def strict(scenario: str, policy: str, settings: dict[str, float]) -> object:
        if settings.get(fake.X, 0) > 0.03 and settings.get(fake.Y, 0) > 0.01:
            raise InputErrors([InputError("policy.pay", "more commission than the discount leaves")])
        return real(scenario, policy, settings)

    monkeypatch.setattr(points, "load", strict)
    plan, folder, found = _go(tmp_path, *SMALL)
    table = found.evaluations
    bad = (table["x"] > 0.03) & (table["y"] > 0.01)
    assert bad.any()
    assert table.loc[bad, "error"].str.contains("more commission than the discount leaves").all()
    assert table.loc[bad, "contribution"].isna().all()
    assert len(plan.policies) == 1 + len(plan.points) - bad.sum()
    assert kept_points(folder)[0] == list(plan.points)


def test_points_with_the_same_values_are_asked_for_once() -> None:
    levers = (Factor("a", levels=(1, 2, 3)), Factor("b", 0, 1, whole=True))
    asker = Asker(levers, 2, 0, 4, 50, 1)
    asked: list[tuple[object, ...]] = []
    for _ in range(50):
        genes = asker.ask()
        if not len(genes):
            break
        asked += [(levers[0].at(one)[0], levers[1].at(two)[0]) for one, two in genes]
        asker.tell(np.column_stack([genes[:, 0], -genes[:, 1]]), np.empty((len(genes), 0)), np.zeros(len(genes)))
    assert len(asked) == len(set(asked)) == 6, "all there are, each once"


def test_a_search_of_few_levels_ends_early_and_says_so(tmp_path: Path) -> None:
    changes = (
        ("low = 0.0\nhigh = 0.05", "levels = [0.01, 0.02]"),
        ("low = 0.0\nhigh = 0.03", "levels = [0.01, 0.02]"),
    )
    plan = fake.planned(tmp_path, *changes)
    folder = BatchFolder.start(tmp_path / "out", plan.design)
    found, tally = search(plan, folder, Serial(), task=fake.known)
    assert len(found.points) == 4
    assert "no levers that it has not tried" in tally.notes[0]


def test_the_check_tells_luck_from_lead(tmp_path: Path) -> None:
    plan, folder, found = _go(tmp_path, *SMALL, ("fresh = 2\n", ""), task=fake.lucky)
    checks = checks_of(plan, folder, found).set_index(["point", "kpi"])
    x = found.evaluations.set_index("point")["x"]
    assert {r.future for r in plan.checking()} == {0, 1, 2}, (
        "without fresh futures those of the search, with other seeds"
    )
    own = checks.xs("contribution", level="kpi")["optimism"]
    for point in plan.checked:
        assert own[point] == pytest.approx(2.0 if x[point] > 0.025 else -1.0)
    assert {bool(x[point] > 0.025) for point in plan.checked} == {True, False}
    assert checks.xs("revenue", level="kpi")["optimism"].to_numpy() == pytest.approx(0.0, abs=1e-9)
    assert checks["feasible_checked"].all()
    none, nowhere, same = _go(tmp_path, *SMALL, ("seed = 2", "seed = 2\ncheck_replications = 0"), out="none")
    assert checks_of(none, nowhere, same).empty


def test_other_verbs_know_the_points(tmp_path: Path) -> None:
    plan, folder, found = _go(tmp_path, *SMALL)
    fresh = plan_batch(folder.design())
    standing = standing_of(fresh, folder)
    assert standing.left == 0
    assert standing.by_policy["point_3"][0] >= 6
    assert find_run(fresh, folder, "point_3/1/0").policy == "point_3"
    batch = open_batch(folder.path)
    assert batch.table("evaluations")["point"].tolist() == found.evaluations["point"].tolist()
    assert set(batch.runs()["policy"]) == {policy.name for policy in plan.policies}
    means = batch.ensemble(["contribution"]).means("contribution").mean()
    assert means["point_3"] == pytest.approx(found.evaluations.set_index("point")["contribution"]["point_3"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("weeks = 4", "weeks = [4, 8]"), "several horizons together with \\[optimise\\]"),
        (("latin_hypercube", "saltelli"), "method saltelli together with \\[optimise\\]"),
        (("[levers]\n", '[levers]\nmethod = "sobol"\n'), "which chooses the points itself"),
        (('"contribution", "revenue"', '"contribution", "contribution"'), "an objective is there twice"),
        (('"contribution", "revenue"', '"contribution", "money"'), "`money` is no KPI"),
        (('"contribution", "revenue"', '"contribution", "stock_cover_weeks"'), "neither more nor less"),
        (('path = "policy.pricing.discount"', 'path = "params.choice.loyalty"'), "is no lever"),
        (('path = "policy.pricing.discount"', 'path = "policy.pricing.rebate"'), "levers.factors.y: at 0.0"),
        (("high = 0.03", "high = 3.0"), "levers.factors.y: at 3.0"),
        (("high = 0.03", "high = 0.03\ntimes = true"), "a lever is set"),
        (("population = 12", "population = 3"), "population"),
        (('name = "as_written"', 'name = "point_1"\npolicy = "as_written"'), "is a name of the search"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_its_place(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(InputErrors, match=told):
        fake.planned(tmp_path, ("fresh = 2\n", ""), change)


def test_designs_are_for_one_verb(tmp_path: Path) -> None:
    file = design_file(tmp_path, fake.DESIGN)
    runner = CliRunner()
    refused = runner.invoke(app, ["batch", "run", str(file), "--out", str(tmp_path / "out")])
    assert refused.exit_code == 2
    assert "deepmarket batch optimise" in refused.output
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputErrors, match="asks for a search"):
        drive(plan_batch(read_design(file)), BatchFolder(tmp_path), Serial(), task=fake.known)
    refused = runner.invoke(
        app, ["batch", "optimise", str(design_file(tmp_path, BATCH)), "--out", str(tmp_path / "out")]
    )
    assert refused.exit_code == 2
    assert "asks for no search" in refused.output


def test_the_listed_policy_is_what_the_search_starts_from_when_none_is_given(tmp_path: Path) -> None:
    plan = fake.planned(
        tmp_path, ('[[policy]]\nname = "as_written"\n', ""), ("[levers]\n", '[levers]\nbase = "deep_marketing"\n')
    )
    assert plan.listed == ("deep_marketing",)


@pytest.mark.parametrize("objectives", [1, 2, 3])
def test_the_figure_says_what_was_found(tmp_path: Path, objectives: int) -> None:
    names = ", ".join(f'"{kpi}"' for kpi in ("contribution", "revenue", "satisfaction")[:objectives])
    _, _, found = _go(tmp_path, *SMALL, ('"contribution", "revenue"', names))
    figure = pareto_figure(found)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert "Progress of the search" in titles[1]
    assert str(figure.get_label())


def test_the_verb_searches_a_real_market_and_goes_on(tmp_path: Path) -> None:
    small = (*SMALL, ("generations = 3", "generations = 2"), ("population = 6", "population = 4"))
    limits = (("at_most = 25", "at_most = 100"), ("at_least = 7.7", "at_least = -100"))
    file = design_file(
        tmp_path, fake.DESIGN, *small, *limits, ("replications = 2", "replications = 1"), ("size = 3", "size = 2")
    )
    command = ["batch", "optimise", str(file), "--out", str(tmp_path / "out"), "--workers", "1"]
    done = CliRunner().invoke(app, [*command, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["evaluations"] == 9
    assert told["front"]
    assert Path(told["figure"]).is_file()
    assert {row["limit"] for row in told["limits"]} == {"turnover at most 100", "satisfaction at least -100"}
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 0, again.output
    assert "The front, then other listed policies" in again.output
    assert json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout) == told


def test_a_failed_run_of_a_search_ends_the_verb_with_code_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of the first listed policy fail in their worker; points go on."""
    from experiments.runs.worker import load as real

    def load(scenario: str, policy: str, settings: dict[str, object], weeks: int | None = None) -> object:
        if weeks is not None and not any(path.startswith("policy.") for path in settings):
            raise ValueError("this policy is bleak")
        return real(scenario, policy, settings, weeks)

    small = (*SMALL, ("generations = 3", "generations = 1"), ("population = 6", "population = 4"))
    file = design_file(
        tmp_path, fake.DESIGN, *small, ("replications = 2", "replications = 1"), ("size = 3", "size = 1")
    )
    monkeypatch.setattr("experiments.runs.worker.load", load)
    done = CliRunner().invoke(app, ["batch", "optimise", str(file), "--out", str(tmp_path / "out"), "--workers", "1"])
    assert done.exit_code == 3, done.output
    assert "Traceback" not in done.output
    assert "bleak" in done.output
