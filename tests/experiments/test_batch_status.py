"""A status opens the ledgers and nothing else, and says the same as planning anew."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.drive import drive
from experiments.batch.planned_status import standing_of
from experiments.batch.status import standing_noted
from experiments.runs.backends.serial import Serial
from experiments.runs.run_folder import Shard
from experiments.runs.work import TooManyFailures
from tests.experiments import batch_fakes as fake
from tests.experiments.batch_fixture import small_plan

ROOT = Path(__file__).resolve().parents[2]
#: What takes seconds to import.
HEAVY = ("numba", "mesa", "pandas", "matplotlib", "sklearn", "pymoo", "scipy", "pyarrow", "duckdb", "networkx", "SALib")
LATIN = 'method = "latin_hypercube"\nsize = 5'
DESIGNS = {
    "futures": (),
    "the same policy twice": (
        ('name = "deep_marketing"', 'name = "deep_marketing"\n\n[[policy]]\nname = "again"\npolicy = "as_written"'),
    ),
    "blocks, of which some are replaced": ((LATIN, 'method = "saltelli"\nsize = 2'),),
}


@pytest.mark.parametrize("changes", DESIGNS.values(), ids=DESIGNS.keys())
@pytest.mark.parametrize("task", [fake.quick, fake.fail_in_future_two])
def test_what_is_noted_is_what_is_planned(changes: tuple[tuple[str, str], ...], task: object, tmp_path: Path) -> None:
    plan = small_plan(tmp_path, *changes)
    folder = BatchFolder.start(tmp_path / "batch", plan.design)
    assert standing_noted(folder) is None, "no driver has been at work"
    drive(plan, folder, Serial(), task=task)  # type: ignore[arg-type]
    noted, planned = standing_noted(folder), standing_of(plan, folder)
    assert noted is not None
    assert noted.to_json() | {"runs_per_second": 0} == planned.to_json() | {"runs_per_second": 0}
    assert list(noted.by_policy) == list(planned.by_policy)
    assert noted.failures == planned.failures


@pytest.mark.parametrize("done", [(1,), (1, 3), (1, 2, 3)])
def test_shards_note_the_whole(done: tuple[int, ...], tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    folder = BatchFolder.start(tmp_path / "batch", plan.design)
    for number in done:
        drive(plan, folder, Serial(), shard=Shard(number, 3), task=fake.quick)
    noted = standing_noted(folder)
    assert noted is not None
    assert noted.by_policy == standing_of(plan, folder).by_policy


def test_what_is_left_is_noted_before_it_is_done(tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    folder = BatchFolder.start(tmp_path / "batch", plan.design)
    with pytest.raises(TooManyFailures):
        drive(plan, folder, Serial(), task=fake.fail_in_future_two, max_failures=0)
    noted = standing_noted(folder)
    assert noted is not None
    assert (noted.planned, noted.failed) == (20, 1)
    assert noted.left == 20 - 1 - noted.done > 0


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE planned",
        "DELETE FROM planned",
        "DELETE FROM planned WHERE number = 3",
        "UPDATE planned SET runs = 2 WHERE number = 3",
        "UPDATE planned SET identity = 'x' WHERE number = 3",
        "UPDATE planned SET policy = 'x' WHERE number = 3",
        "INSERT INTO planned (policy, identity, runs) VALUES ('x', 'x', 1)",
        "DELETE FROM facts WHERE name = 'planned'",
    ],
)
def test_a_plan_that_is_not_what_was_noted_is_planned_anew(statement: str, tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    folder = BatchFolder.start(tmp_path / "batch", plan.design)
    drive(plan, folder, Serial(), task=fake.quick)
    base = sqlite3.connect(folder.path / "ledger.sqlite")
    base.execute(statement)
    base.commit()
    base.close()
    assert standing_noted(folder) is None
    drive(plan, folder, Serial(), task=fake.quick)
    noted = standing_noted(folder)
    assert noted is not None, "the next driver notes it"
    assert noted.by_policy == standing_of(plan, folder).by_policy


@pytest.mark.parametrize(
    "arguments", [("batch", "status", "batch"), ("--version",), ("--help",), ("batch", "status", "--help")]
)
def test_a_look_loads_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    drive(plan, BatchFolder.start(tmp_path / "batch", plan.design), Serial(), task=fake.quick)
    code = (
        "import sys\n"
        f"sys.argv = ['deepmarket', *{arguments!r}]\n"
        "from experiments.cli import main\n"
        "try:\n    main()\n"
        f"finally:\n    sys.stderr.write(repr([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "[]")
    if arguments == ("batch", "status", "batch"):
        assert "20 of 20 runs done, 0 failed, 0 left" in done.stdout
