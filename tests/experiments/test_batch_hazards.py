"""Hazards of batches: disks, kills, edits, ties, gaps; nothing is lost, and the answer says no more than is known."""

from __future__ import annotations

import json
import sqlite3
import time
from array import array
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from experiments.batch import drive as drive_module
from experiments.batch import sealed_tables
from experiments.batch.batch_answer import BatchAnswer, answer_batch
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BatchPlan
from experiments.batch.drive import drive
from experiments.batch.planned_status import standing_of
from experiments.batch.sealed_batch import Batch, open_batch
from experiments.batch.sealed_tables import seal
from experiments.cli.app import app
from experiments.runs.backends import Serial
from experiments.runs.driver import Driver, Task
from experiments.runs.numbers import Layout, Numbers, Part
from experiments.runs.result import Failed
from experiments.runs.run import Run
from experiments.runs.run_folder import Shard
from experiments.runs.run_ledger import RunLedger
from sim.errors import InputErrors
from tests.experiments import batch_fakes as fake
from tests.experiments.batch_fixture import DESIGN, design_file, small_plan

LHS = 'latin_hypercube"\nsize = 5'


def _driven(
    tmp_path: Path, *changes: tuple[str, str], task: Task = fake.quick, shard: str | None = None, retry: bool = False
) -> tuple[BatchPlan, BatchFolder]:
    tmp_path.mkdir(exist_ok=True)
    plan = small_plan(tmp_path, *changes)
    folder = BatchFolder.start(tmp_path / "out", plan.design)
    drive(plan, folder, Serial(), task=task, shard=Shard.parse(shard), retry=retry)
    return plan, folder


def _fail(run: Run) -> Numbers:
    raise ValueError("no")


def test_blocks_that_nothing_spoils_are_not_replaced(tmp_path: Path) -> None:
    """Trajectories on a grid of four levels share points, so runs of a later block may be done already."""
    plan, folder = _driven(tmp_path, (LHS, 'morris"\nsize = 10'))
    assert seal(plan, folder)["futures"] == len(plan.futures) == 10 * 3
    assert standing_of(plan, folder).planned == len({run.identity for run in plan.runs()})
    assert drive(plan, folder, Serial(), task=fake.quick).refilled == 0


def test_a_run_that_fails_in_two_ledgers_is_one_failure(tmp_path: Path) -> None:
    plan, folder = _driven(tmp_path, task=_fail, shard="1/2")
    _driven(tmp_path, task=_fail, retry=True)
    assert len(folder.failures()) == len({failure.identity for failure in folder.failures()}) == 20
    assert seal(plan, folder)["failures"] == 20


def _answer(tmp_path: Path, *changes: tuple[str, str], task: Task = fake.quick) -> BatchAnswer:
    plan, folder = _driven(tmp_path, *changes, task=task)
    seal(plan, folder)
    found = answer_batch(Batch(folder.path))
    json.dumps(found.to_json(), allow_nan=False)
    return found


FRESH = (LHS, 'latin_hypercube"\nsize = 12\nfresh = 4')
ONE_POLICY = ('[[policy]]\nname = "deep_marketing"\n', "")


def test_one_policy_or_one_future_is_said_to_have_nothing_to_compare(tmp_path: Path) -> None:
    assert "one policy" in _answer(tmp_path / "a", ONE_POLICY).notes[0]
    assert "there are 1" in _answer(tmp_path / "b", ("size = 5", "size = 1\nfresh = 3")).notes[0]


def _fail_when_fresh(run: Run) -> Numbers:
    if run.future >= 12:
        raise ValueError("no")
    return fake.quick(run)


def test_study_futures_are_answered_while_no_fresh_one_is_whole(tmp_path: Path) -> None:
    found = _answer(tmp_path, FRESH, task=_fail_when_fresh)
    assert "forgoes least" in found.sentences[0]
    assert any("no fresh future is complete" in note for note in found.notes)


def test_ties_are_told(tmp_path: Path) -> None:
    found = _answer(tmp_path, ('name = "deep_marketing"', 'name = "again"\npolicy = "as_written"'))
    assert "forgoes nothing (as 1 other does): no policy is better in any of" in found.sentences[0]
    assert found.sentences[1] == "again does exactly as well as As written on contribution in each of 5\u00a0futures."
    target = ("[futures]\n", '[[target]]\nkpi = "contribution"\nat_least = 1_000\n[futures]\n')
    found = _answer(tmp_path / "b", target)
    assert any("meets its targets most often (as 1 other does)" in sentence for sentence in found.sentences)
    assert any("The target (contribution" in sentence for sentence in found.sentences)


def _in_unit(unit: str) -> Task:
    keys = {**fake.LAYOUT.keys(), "unit": [unit] * 3, "direction": ["down"] * 3}

    def task(run: Run) -> Numbers:
        return Numbers((Part("kpis", Layout.of(keys), fake.quick(run).parts[0].values),), 0.01)

    return task


def test_targets_are_in_the_unit_that_readers_see(tmp_path: Path) -> None:
    target = ("[futures]\n", '[[target]]\nkpi = "satisfaction"\nat_most = 75\n[futures]\n')
    told = _answer(tmp_path, target, task=_in_unit("share")).sentences
    assert any("satisfaction at most 75" in sentence for sentence in told)


def test_what_is_forgone_is_in_points_where_levels_are_in_percent(tmp_path: Path) -> None:
    first, second, *_ = _answer(tmp_path / "a", task=_in_unit("%")).sentences
    assert "pp in any of" in first
    assert "\u00a0pp on average" in second
    for sentence in _answer(tmp_path / "b", (LHS, 'morris"\nsize = 10'), task=_in_unit("%")).sentences:
        assert "\u00a0pp)" in sentence


@pytest.mark.parametrize("name", ["x" * 300, "a/../b", "ü, 1"])
def test_policies_may_have_any_name(name: str, tmp_path: Path) -> None:
    renamed = ('name = "deep_marketing"', f'name = "{name}"\npolicy = "deep_marketing"')
    _answer(tmp_path, (LHS, 'morris"\nsize = 10'), renamed)
    assert len(list((tmp_path / "out" / "answer").glob("sensitivity_*.csv"))) == 3
    assert len(list((tmp_path / "out" / "answer").glob("sensitivity_*.png"))) == 3


def test_less_is_better_where_the_key_figure_says_so(tmp_path: Path) -> None:
    def task(run: Run) -> Numbers:
        values = array("d", [(2.0 if run.policy == "deep_marketing" else 5.0) + run.future / 10 + run.seed / 100] * 3)
        values[0] += (run.future * 7 % 3) / 10 * (run.policy == "deep_marketing")
        return Numbers((Part("kpis", _in_unit("%")(run).parts[0].layout, values.tobytes()),), 0.01)

    found = _answer(tmp_path, task=task)
    assert found.sentences[0].startswith("Deep marketing is the best of 2 policies in every one of 5")
    assert "Deep marketing is better than As written" in found.sentences[1]
    assert "better in 100\u00a0% of futures" in found.sentences[1]


def test_a_damaged_ledger_or_batch_file_is_told_without_a_traceback(tmp_path: Path) -> None:
    _driven(tmp_path)
    for name in ("ledger.sqlite", "batch.json"):
        file = tmp_path / "out" / name
        whole = file.read_bytes()
        file.write_bytes(b"{" * 5000)
        for verb in ("status", "answer", "resume"):
            told = CliRunner().invoke(app, ["batch", verb, str(tmp_path / "out")])
            assert (told.exit_code, "is damaged" in told.output) == (2, True), told.output
        file.write_bytes(whole)


def test_a_ledger_that_another_driver_is_about_to_fill_is_empty(tmp_path: Path) -> None:
    plan, folder = _driven(tmp_path)
    (folder.path / "ledger-2-of-8.sqlite").touch()
    assert standing_of(plan, folder).done == 20
    assert seal(plan, folder)["runs"] == 20


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(RunLedger, "put_done", full)
    with pytest.raises(InputErrors, match="disk is full"):
        _driven(tmp_path)
    monkeypatch.undo()
    plan, folder = _driven(tmp_path)
    (folder.path / "runs.part").mkdir()
    with pytest.raises(InputErrors, match="cannot be written"):
        seal(plan, folder)


def test_sealing_that_was_broken_off_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    plan, folder = _driven(tmp_path, ("[futures]\n", "[outputs]\nweekly = true\n[futures]\n"), task=_weekly)
    monkeypatch.setattr(sealed_tables, "_write_long", killed)
    with pytest.raises(KeyboardInterrupt):
        seal(plan, folder)
    monkeypatch.undo()
    assert len(open_batch(folder.path).table("weekly")) == 20 * 3
    (folder.path / "futures.parquet").write_bytes(b"damaged")
    assert len(open_batch(folder.path).futures) == 5


def _weekly(run: Run) -> Numbers:
    numbers = fake.quick(run)
    weeks = Layout.of({"week": [1] * 3, "kpi": list(fake.KPIS)})
    return Numbers((*numbers.parts, Part("weekly", weeks, numbers.parts[0].values)), 0.01)


def test_runs_that_end_while_tables_are_sealed_are_sealed_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, folder = _driven(tmp_path, shard="1/2")
    wide = sealed_tables._wide

    def meanwhile(*given: Any) -> Any:
        found = wide(*given)
        drive(plan, folder, Serial(), task=fake.quick, shard=Shard(1, 2), retry=True)
        drive(plan, folder, Serial(), task=fake.quick, shard=Shard(2, 2))
        return found

    monkeypatch.setattr(sealed_tables, "_wide", meanwhile)
    assert seal(plan, folder)["runs"] == 10
    monkeypatch.undo()
    assert len(open_batch(folder.path).runs()) == 20


def test_fewer_failures_than_none_are_refused(tmp_path: Path) -> None:
    file = str(design_file(tmp_path))
    told = CliRunner().invoke(app, ["batch", "run", file, "--out", str(tmp_path / "out"), "--max-failures", "-1"])
    assert told.exit_code == 2
    assert "--max-failures" in told.output


def test_a_batch_whose_files_were_edited_is_not_gone_on_with_and_keeps_its_tables(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("params.choice.loyalty\n1.0\n2.0\n", encoding="utf-8")
    market = tmp_path / "mine.toml"
    market.write_text('extends = "tiny"\nname = "mine"\n', encoding="utf-8")
    changes = (
        (DESIGN[DESIGN.index("[futures.factors") :], ""),
        (LHS, 'file"\nfile = "p.csv"'),
        ('"tiny"', '"mine.toml"'),
    )
    plan, folder = _driven(tmp_path, *changes)
    seal(plan, folder)
    for file, text in (
        (tmp_path / "p.csv", "params.choice.loyalty\n1.0\n3.0\n"),
        (market, 'extends = "tiny"\nweeks = 9'),
    ):
        whole = file.read_text(encoding="utf-8")
        file.write_text(text, encoding="utf-8")
        for verb in ("resume", "seal", "status"):
            told = CliRunner().invoke(app, ["batch", verb, str(folder.path)])
            assert (told.exit_code, "other files" in told.output) == (2, True), told.output
        assert len(open_batch(folder.path).runs()) == 8
        file.write_text(whole, encoding="utf-8")
    assert standing_of(plan, folder).left == 0


def test_programs_are_told_of_blocks_that_could_not_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive_module.drive, "__kwdefaults__", {**(drive.__kwdefaults__ or {}), "task": _fail})
    file = str(design_file(tmp_path, DESIGN, (LHS, 'morris"\nsize = 2')))
    told = CliRunner().invoke(app, ["batch", "run", file, "--out", str(tmp_path / "o"), "--json", "--workers", "1"])
    assert told.exit_code == 3
    assert "blocks are not whole" in json.loads(told.stdout)["notes"][0]


class _Dying(Serial):
    """Its workers die a tenth of a second after they get a run."""

    name = "dying"

    def open(self, slots: int) -> Executor:
        return _DyingExecutor()

    def is_death(self, error: BaseException) -> bool:
        return isinstance(error, BrokenProcessPool)


class _DyingExecutor(Executor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        time.sleep(0.1)
        future: Future[Any] = Future()
        future.set_exception(BrokenProcessPool("died"))
        return future


def test_a_worker_that_starts_slowly_and_dies_has_crashed(tmp_path: Path) -> None:
    """The time of a run is shorter than it takes to start its worker: only a watch that could have fired ended it."""
    run = next(small_plan(tmp_path).runs())
    with Driver[Run, Numbers](_Dying(), fake.quick, timeout=0.05) as driver:
        (found,) = driver.run([run])
    assert isinstance(found, Failed)
    assert found.kind == "crashed"
