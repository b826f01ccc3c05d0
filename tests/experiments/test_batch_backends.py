"""A batch gives the same bytes wherever it is run: here, in one or two processes, on Dask, on a cluster of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.drive import drive
from experiments.batch.sealed_tables import seal
from experiments.runs.backends import parse_backend
from tests.experiments import batch_fakes as fake
from tests.experiments.batch_fixture import small_plan
from tests.experiments.dask_fixture import outside

pytest.importorskip("distributed")

REAL = (("size = 5", "size = 2"), ("[futures]\n", "[outputs]\nweekly = true\nby = true\n[futures]\n"))


@pytest.mark.slow
def test_a_batch_is_the_same_on_every_backend(tmp_path: Path) -> None:
    plan = small_plan(tmp_path, *REAL)
    found: dict[str, dict[str, bytes]] = {}
    with outside(tmp_path, workers=2) as cluster:
        for name, spec, workers in (
            ("serial", "serial", 1),
            ("local 1", "local", 1),
            ("local 2", "local", 2),
            ("dask", "dask", 2),
            ("cluster", f"dask:{cluster.address}", None),
        ):
            folder = BatchFolder.start(tmp_path / name, plan.design)
            tally = drive(plan, folder, parse_backend(spec, workers, plan.count))
            assert (tally.done, tally.failed) == (8, 0), name
            seal(plan, folder)
            tables = ("runs", "weekly", "by", "futures", "policies", "definitions", "failures")
            found[name] = {table: (folder.path / f"{table}.parquet").read_bytes() for table in tables}
    for name, tables in found.items():
        assert tables == found["serial"], name


@pytest.mark.slow
def test_a_dask_batch_records_a_run_that_always_kills_its_worker(tmp_path: Path) -> None:
    plan = small_plan(tmp_path)
    folder = BatchFolder.start(tmp_path / "out", plan.design)
    tally = drive(plan, folder, parse_backend("dask", 2, plan.count), task=fake.die_in_future_two)
    assert (tally.done, tally.failed) == (18, 2)
    assert {failure.kind for failure in folder.failures()} == {"crashed"}
