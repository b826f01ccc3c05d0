"""Folders of comparisons that an older version wrote, with a Parquet file for each run: they open, and are not taken for new ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis import read_study
from experiments import Outcome, compare, open_tables
from experiments.cli.app import app
from experiments.runs import identity
from experiments.runs.numbers import Numbers
from experiments.runs.run import Base, Kept, Run
from tests.experiments import fake_runs as fake

#: Written by version 0.1.0: `compare` of two policies, 3 replications, by the stand-in for the simulation.
OLD = Path(__file__).parent / "data" / "old_comparison"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "old"))


def again(folder: Path, task: object = fake.quick) -> Outcome:
    """The comparison of the old folder."""
    return compare("tiny", ("status_quo", "deep_marketing"), workers=1, task=task, replications=3, out=folder)  # type: ignore[arg-type]


def test_it_opens(old: Path) -> None:
    study = read_study(old)
    assert study.meta.seeds == (1, 2, 3) and list(study.policies) == ["status_quo", "deep_marketing"]
    assert open_tables(old).names == ("assumptions", "definitions", "runs", "runs_by", "runs_weekly")
    done = CliRunner().invoke(app, ["report", str(old)])
    assert done.exit_code == 0, done.output
    assert "<html" in (old / "report.html").read_text(encoding="utf-8")


def test_the_same_comparison_runs_there_and_says_the_same(old: Path) -> None:
    tables = ("runs", "runs_weekly", "runs_by", "definitions", "assumptions")
    before = {name: (old / f"{name}.parquet").read_bytes() for name in tables}
    head = json.loads((old / "study.json").read_text(encoding="utf-8"))
    files = {file.name: file.read_bytes() for file in (old / "runs").iterdir()}
    found = again(old)
    assert found.reused == 0, "nobody can say whether the old model was this one"
    assert {name: (old / f"{name}.parquet").read_bytes() for name in tables} == before
    now = json.loads((old / "study.json").read_text(encoding="utf-8"))
    for one in (head, now):  # which change with the installation, the shipped scenario and the shipped policies
        del one["meta"]["versions"], one["meta"]["scenario_digest"]
        for policy in one["policies"].values():
            del policy["description"]
    assert now == head
    assert {file.name: file.read_bytes() for file in (old / "runs").iterdir()} == files, "old runs are left alone"
    assert again(old, fake.fail_always).reused == 6


def test_old_runs_are_never_taken_for_those_of_another_model(old: Path) -> None:
    def other(run: Run) -> Numbers:
        return fake.made({kpi: 2.0 * value for kpi, value in fake.values_of(run.seed, run.base.policy).items()})

    before = pd.read_parquet(old / "runs.parquet")
    pd.testing.assert_series_equal(again(old, other).study.runs["value"], 2.0 * before["value"])


def test_a_run_of_a_batch_keeps_the_identity_that_0_3_gave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As 0.3.0 computed it: with other letters, or parts in another order, batches would repeat what they hold."""
    monkeypatch.setattr(identity, "version", lambda: "0.3.0")
    monkeypatch.setattr(identity, "code_hash", lambda: "0123456789abcdef")
    base = Base("markt/süd.toml", "vertrieb_süd", (("params.hours.contract", 38.5),), "a" * 64)
    settings = {"params.choice.elasticity": -2.0, "name": "Süd"}
    found = identity.identify(base, settings, 52, 7, Kept(("contribution",), weekly=True))
    assert found == "3cc27b6f437e771de79429c9"
    assert identity.identify(base, settings, 52, 7, Kept(("contribution",), weekly=True), "A") != found
