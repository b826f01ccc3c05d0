"""Designs over markets with a warm-up: pairs part from one state, runs are reused, and batches, ablations and choices work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import compare, select_best
from experiments.batch.launch import run_batch
from experiments.comparison.ablation import ablate
from experiments.runs.run import ALL_TABLES, Base, Run
from experiments.runs.worker import TimeUp, load, market_of
from sim.market import Market
from tests.experiments.batch_fixture import DESIGN, design_file

WARM = {"warm_up.weeks": 4, "world.customers": 200, "params.start.fixed_points": True}
PAIR = ["status_quo", "deep_marketing"]


def test_a_comparison_counts_from_the_start_of_the_policies_and_reuses_its_runs(tmp_path: Path) -> None:
    settings = {"replications": 2, "weeks": 5, "workers": 1, "overrides": WARM, "out": tmp_path}
    first = compare("tiny", PAIR, **settings)
    weekly = first.study.runs_weekly
    assert sorted(weekly["week"].unique()) == [1, 2, 3, 4, 5]
    alone = Market("tiny", seed=1, policy="deep_marketing", weeks=5, overrides=WARM).run().results.scorecard
    ours = first.study.runs.query("policy == 'deep_marketing' and seed == 1").set_index("kpi")["value"]
    pd.testing.assert_series_equal(ours, alone.set_index("kpi")["value"], check_exact=True)
    again = compare("tiny", PAIR, **settings)
    assert again.reused == 4
    other = compare("tiny", PAIR, **{**settings, "overrides": {**WARM, "warm_up.weeks": 5}, "replace": True})
    assert other.reused == 0  # another warm-up is another run


def test_the_baseline_against_itself_is_identical_after_a_warm_up() -> None:
    outcome = compare("tiny", ["status_quo", "status_quo"], replications=2, weeks=4, workers=1, overrides=WARM)
    assert set(outcome.table["verdict"]) <= {"identical", "undefined"}


def test_ablations_and_choices_work(tmp_path: Path) -> None:
    found = ablate(
        "tiny",
        "deep_marketing",
        "status_quo",
        out=tmp_path,
        parts={"people": ("routines",), "facts": ("segmentation", "coverage", "gateway", "sharing_contract")},
        replications=1,
        weeks=3,
        workers=1,
        overrides=WARM,
    )
    runs = found.outcome.study.runs
    alone = Market("tiny", seed=1, weeks=3, policy="deep_marketing", overrides=WARM).run().results.scorecard
    whole = runs[(runs["policy"] == "people+facts") & (runs["seed"] == 1)].set_index("kpi")["value"]
    pd.testing.assert_series_equal(whole, alone.set_index("kpi")["value"], check_exact=True)
    best = select_best("tiny", PAIR, weeks=3, workers=1, overrides=WARM, first=5, budget=12, indifference=1e6)
    assert best is not None


def test_a_batch_holds_a_warm_up_in_all_its_futures(tmp_path: Path) -> None:
    warm = 'weeks = 4\n\n[set]\n"warm_up.weeks" = 2\n"world.customers" = 200\n'
    file = design_file(tmp_path, DESIGN, ("weeks = 4\n", warm), ("size = 5", "size = 2"))
    batch = run_batch(file, out=tmp_path / "batch", workers=1)
    assert batch.table("failures").empty
    runs = batch.table("runs")
    assert len(runs) == 2 * 2 * 2
    again = run_batch(file, out=tmp_path / "batch", workers=1)
    pd.testing.assert_frame_equal(again.table("runs"), runs)


def test_the_time_of_a_run_covers_its_warm_up() -> None:
    given = {"warm_up.weeks": 50, "world.customers": 200}
    loaded = load("tiny", "status_quo", given, 3)
    base = Base("tiny", "status_quo", tuple(given.items()), loaded.digest, 3)
    with pytest.raises(TimeUp, match=r"of 53 weeks"):
        market_of(Run(base, "status_quo", 1, "id", ALL_TABLES, timeout=1e-9))
    seen: list[tuple[int, int]] = []
    market_of(Run(base, "status_quo", 1, "id", ALL_TABLES), lambda done, weeks: seen.append((done, weeks)))
    assert [done for done, _ in seen] == list(np.arange(1, 54)) and {weeks for _, weeks in seen} == {53}
