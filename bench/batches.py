"""Batches of many runs: what planning, the ledger, resuming, sealing and opening cost, without the runs themselves."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.one_market import peak
from bench.timing import Measurement, wait_for_quiet, watched

PER_RUN, SECONDS, MEMORY = "batches: per run", "batches: of all runs at once", "batches: memory of the driver"
SIZES = (10_000, 100_000)
_DESIGN = """\
scenario = "tiny"
weeks = 4
replications = 2
[[policy]]
name = "as_written"
[[policy]]
name = "deep_marketing"
[futures]
method = "latin_hypercube"
size = {size}
[futures.factors."params.choice.loyalty"]
low = 1.0
high = 5.0
"""


def measure_batches(patience: float, sizes: tuple[int, ...] = SIZES) -> list[Measurement]:
    """Each size in a fresh process: ms per run, seconds, MB."""
    found: list[Measurement] = []
    for runs in sizes:
        wait_for_quiet(patience)
        load: list[float] = []
        with watched(load):
            command = [sys.executable, "-m", "bench.batches", str(runs)]
            done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True)
        for name, (section, unit, value) in json.loads(done.stdout).items():
            found.append(
                Measurement(section, f"{name}, {runs:,} runs", unit, values=[value], others=load if load else [])
            )
    return found


def time_one(runs: int) -> dict[str, tuple[str, str, float]]:
    """All measurements of one size, in this process."""
    from experiments.batch.batch_folder import BatchFolder
    from experiments.batch.batch_plan import plan_batch
    from experiments.batch.design_file import read_design
    from experiments.batch.drive import drive
    from experiments.batch.sealed_batch import Batch
    from experiments.batch.sealed_tables import seal
    from experiments.runs.backends import Serial
    from experiments.runs.numbers import Numbers
    from experiments.runs.run import Run
    from experiments.runs.worker import simulate

    found: dict[str, tuple[str, str, float]] = {}

    def timed(name: str, section: str, do: Callable[[], object]) -> None:
        start = time.perf_counter()
        do()
        seconds = time.perf_counter() - start
        found[name] = (section, "ms", 1e3 * seconds / runs) if section == PER_RUN else (section, "s", seconds)

    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "design.toml"
        file.write_text(_DESIGN.format(size=runs // 4), encoding="utf-8")
        plan = plan_batch(read_design(file))
        numbers = simulate(next(plan.runs()))
        folder = BatchFolder.start(Path(place) / "out", plan.design)

        def known(run: Run) -> Numbers:
            return numbers

        timed("plan and identify", PER_RUN, lambda: sum(1 for _ in plan.runs()))
        timed("drive and record", PER_RUN, lambda: drive(plan, folder, Serial(), task=known))
        timed("resume when all is done", SECONDS, lambda: drive(plan, folder, Serial(), task=known))
        timed("seal into Parquet", SECONDS, lambda: seal(plan, folder))
        batch = Batch(folder.path)
        timed("open two columns in pandas", SECONDS, lambda: batch.runs(["policy", "contribution"]))
        query = "SELECT policy, avg(contribution) FROM runs GROUP BY policy"
        timed("mean by policy in DuckDB", SECONDS, lambda: batch.duckdb().execute(query).fetchall())
    found["most"] = MEMORY, "MB", peak() / 2**20
    return found


if __name__ == "__main__":
    print(json.dumps(time_one(int(sys.argv[1]))))
