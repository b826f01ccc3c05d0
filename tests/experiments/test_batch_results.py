"""Results of a batch: sealed tables, opened piece by piece, and the verbs that show them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.drive import drive
from experiments.batch.sealed_batch import Batch, open_batch
from experiments.batch.sealed_tables import seal
from experiments.cli.app import app
from experiments.runs.backends import Local, Serial
from experiments.runs.worker import load
from sim.errors import InputErrors
from tests.experiments import batch_fakes as fake
from tests.experiments.batch_fixture import DESIGN, design_file, small_plan

REAL = (("size = 5", "size = 2\nfresh = 1"), ("[futures]\n", "[outputs]\nweekly = true\nby = true\n[futures]\n"))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of the tiny market, run by the command itself."""
    folder = tmp_path_factory.mktemp("real")
    design = design_file(folder, DESIGN, *REAL)
    answer = CliRunner().invoke(app, ["batch", "run", str(design), "--out", str(folder / "out"), "--workers", "1"])
    assert answer.exit_code == 0, answer.output
    return folder / "out"


def _made(tmp_path: Path) -> Batch:
    plan = small_plan(tmp_path)
    folder = BatchFolder.start(tmp_path / "out", plan.design)
    drive(plan, folder, Serial(), task=fake.quick)
    seal(plan, folder)
    return open_batch(folder.path)


def test_tables_open_in_pandas_and_duckdb_by_columns(tmp_path: Path) -> None:
    batch = _made(tmp_path)
    runs = batch.runs(["policy", "future", "contribution"])
    assert list(runs.columns) == ["policy", "future", "contribution"]
    assert len(batch.runs(policy="as_written")) == 10
    assert set(batch.runs(future=[1, 3])["future"]) == {1, 3}
    mean = batch.duckdb().execute("SELECT avg(contribution) FROM runs JOIN futures USING (future)").fetchone()
    assert mean is not None
    assert mean[0] == pytest.approx(runs["contribution"].mean())
    with pytest.raises(InputErrors, match="weekly"):
        batch.table("weekly")


def test_an_ensemble_holds_what_ran(tmp_path: Path) -> None:
    batch = _made(tmp_path)
    ensemble = batch.ensemble()
    assert [factor.name for factor in ensemble.factors] == ["params.choice.loyalty", "prices"]
    assert ensemble.factors[1].paths == ("offer.*.list_price",)
    assert ensemble.baseline == "as_written"
    assert ensemble.cells("contribution").shape == (5, 2, 2)
    means = batch.runs().groupby(["future", "policy"])["contribution"].mean().unstack()
    np.testing.assert_allclose(ensemble.means("contribution").to_numpy(), means.to_numpy())
    with pytest.raises(InputErrors, match="weeks"):
        batch.ensemble(weeks=52)


def test_what_ends_later_is_sealed_when_the_batch_is_opened(tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    folder = BatchFolder.start(tmp_path / "out", plan.design)
    drive(plan, folder, Serial(), task=fake.fail_in_future_two)
    assert len(open_batch(folder.path).runs()) == 18
    assert len(open_batch(folder.path).table("failures")) == 2
    drive(plan, folder, Serial(), task=fake.quick, retry=True)
    assert len(open_batch(folder.path).runs()) == 20


def test_a_real_batch_is_the_same_on_one_and_two_workers(real: Path, tmp_path: Path) -> None:
    plan = small_plan(tmp_path, *REAL)
    folder = BatchFolder.start(tmp_path / "two", plan.design)
    drive(plan, folder, Local(2))
    seal(plan, folder)
    for name in ("runs", "weekly", "by", "futures", "definitions"):
        assert (real / f"{name}.parquet").read_bytes() == (folder.path / f"{name}.parquet").read_bytes(), name


def test_weeks_add_up_to_the_run(real: Path) -> None:
    batch = open_batch(real)
    weekly = batch.table("weekly", policy="deep_marketing")
    kept = weekly[weekly["kpi"] == "revenue"].groupby(["future", "replication"])["value"].sum()
    runs = batch.runs(policy="deep_marketing").set_index(["future", "replication"])["revenue"].sort_index()
    pd.testing.assert_series_equal(kept, runs, check_names=False)
    by = batch.table("by", policy="deep_marketing")
    assert set(by["dimension"]) >= {"territory", "segment", "offer"}


def test_replays_are_identical_by_the_batch_and_by_the_command_it_names(real: Path, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["batch", "replay", str(real), "deep_marketing/1/1", "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["outcome"] == "identical"
    shown = CliRunner().invoke(app, ["batch", "show", str(real), "deep_marketing/1/1", "--json"])
    told = json.loads(shown.stdout)
    command = told["replay"].removeprefix("deepmarket ")
    code = "import sys, shlex; from experiments.cli.app import app; app(shlex.split(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, f"{command} --json --out '{tmp_path / 'run'}'"], capture_output=True, check=True
    )
    card = {row["kpi"]: row["value"] for row in json.loads(done.stdout)["scorecard"]}
    assert card["contribution"] == told["kpis"]["contribution"]
    assert told["state"] == "done"


def test_status_seal_and_export_speak_to_people_and_programs(real: Path, tmp_path: Path) -> None:
    status = CliRunner().invoke(app, ["batch", "status", str(real)])
    assert "12 of 12 runs done" in status.output
    told = json.loads(CliRunner().invoke(app, ["batch", "status", str(real), "--json"]).stdout)
    assert (told["planned"], told["done"], told["left"]) == (12, 12, 0)
    rows = json.loads(CliRunner().invoke(app, ["batch", "seal", str(real), "--json"]).stdout)["rows"]
    assert rows["runs"] == 12
    out = tmp_path / "csv"
    exported = CliRunner().invoke(app, ["batch", "export", str(real), "--out", str(out), "--table", "runs"])
    assert exported.exit_code == 0, exported.output
    assert len(pd.read_csv(out / "runs.csv")) == 12
    again = CliRunner().invoke(app, ["batch", "resume", str(real), "--json"])
    assert json.loads(again.stdout)["done"] == 12


def test_failed_runs_end_with_code_3_and_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deep marketing meets a future in which what is set does not fit together: only its runs fail."""
    text = DESIGN.replace("low = 1.0\nhigh = 5.0", "levels = [1.0, 2.0]").replace(
        '"latin_hypercube"\nsize = 5', '"file"\nfile = "f.csv"'
    )
    design = design_file(tmp_path, text, ("replications = 2", "replications = 1"), ("seed = 3\n", ""))
    (tmp_path / "f.csv").write_text("params.choice.loyalty,prices\n1.0,0.95\n2.0,1.05\n")
    monkeypatch.setattr("experiments.runs.worker.load", _bleak)
    out = tmp_path / "out"
    answer = CliRunner().invoke(app, ["batch", "run", str(design), "--out", str(out), "--workers", "1"])
    assert answer.exit_code == 3
    assert "1\N{NO-BREAK SPACE}run failed" in answer.output
    assert "bleak" in answer.output
    failed = json.loads(CliRunner().invoke(app, ["batch", "status", str(out), "--json"]).stdout)
    assert (failed["done"], failed["failed"]) == (3, 1)
    shown = CliRunner().invoke(app, ["batch", "show", str(out), failed["failures"][0]["identity"][:8], "--json"])
    assert "bleak" in json.loads(shown.stdout)["traceback"]
    replayed = CliRunner().invoke(app, ["batch", "replay", str(out), failed["failures"][0]["identity"]])
    assert replayed.exit_code == 3
    monkeypatch.undo()
    again = CliRunner().invoke(app, ["batch", "retry", str(out), "--workers", "1"])
    assert again.exit_code == 0, again.output
    assert "4 of 4 runs done" in again.output


def _bleak(scenario: str, policy: str, settings: dict[str, object], weeks: int | None = None) -> object:
    if weeks is not None and settings["params.choice.loyalty"] == 2.0 and policy == "deep_marketing":
        raise ValueError("this future is bleak")
    return load(scenario, policy, settings, weeks)


@pytest.mark.parametrize("verb", ["status", "resume", "retry", "seal", "export"])
def test_a_folder_without_a_batch_is_told(verb: str, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        answer = CliRunner().invoke(app, ["batch", verb, str(folder)])
        assert answer.exit_code == 2
        assert "Traceback" not in answer.output


def test_an_unknown_run_is_told(real: Path) -> None:
    for text in ("as_written/99/0", "zzzz", "a"):
        answer = CliRunner().invoke(app, ["batch", "show", str(real), text])
        assert answer.exit_code == 2
        assert "policy/future/replication" in answer.output


def test_a_batch_of_another_model_is_read_and_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = _made(tmp_path)
    monkeypatch.setattr("experiments.batch.batch_folder.code_hash", lambda: "another")
    assert len(open_batch(batch.folder).runs()) == 20
    answer = CliRunner().invoke(app, ["batch", "resume", str(batch.folder)])
    assert answer.exit_code == 2
    assert "the same model" in answer.output


def test_the_tables_of_any_result_open_alike(tmp_path: Path) -> None:
    from experiments import compare, open_tables
    from tests.experiments.fake_runs import quick

    compare("tiny", ["status_quo", "deep_marketing"], replications=3, workers=1, out=tmp_path / "c", task=quick)
    tables = open_tables(tmp_path / "c")
    assert {"runs", "definitions"} <= set(tables.names)
    only = tables.table("runs", ["policy", "value"], kpi="contribution")
    assert len(only) == 6
    (mean,) = tables.duckdb().execute("SELECT avg(value) FROM runs WHERE kpi = 'contribution'").fetchone() or (None,)
    assert mean == pytest.approx(only["value"].mean())
    with pytest.raises(InputErrors, match="no tables"):
        open_tables(tmp_path)
