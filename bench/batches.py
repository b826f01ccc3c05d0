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
from experiments.runs.numbers import Numbers
from experiments.runs.run import Run
from experiments.runs.worker import simulate

PER_RUN, SECONDS, MEMORY = "batches: per run", "batches: of all runs at once", "batches: memory of the driver"
#: What a run costs that takes no time itself; at two workers its processor time is the driver's alone.
DRIVE = "drive and record"
SIZES = (10_000, 100_000)
#: With two workers the smaller batch will do: what a run costs does not depend on how many there are.
_WITH_WORKERS = 10_000
#: Section, unit, by the clock, of the processor (None where no time is measured).
Timed = tuple[str, str, float, float | None]
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
        for name, (section, unit, value, processor) in json.loads(done.stdout).items():
            measured = Measurement(section, f"{name}, {runs:,} runs", unit, values=[value], others=list(load))
            measured.cpu += [] if processor is None else [processor]
            found.append(measured)
    return found


_numbers: list[Numbers] = []


def known(run: Run) -> Numbers:
    """A run of a batch that takes no time: its numbers are those of the first one in this process."""
    if not _numbers:
        _numbers.append(simulate(run))
    return _numbers[0]


def time_one(runs: int) -> dict[str, Timed]:
    """All measurements of one size, in this process: section, unit, by the clock and of the processor where it is timed."""
    from experiments.batch.batch_folder import BatchFolder
    from experiments.batch.batch_plan import plan_batch
    from experiments.batch.design_file import read_design
    from experiments.batch.drive import drive
    from experiments.batch.sealed_batch import Batch
    from experiments.batch.sealed_tables import seal
    from experiments.runs.backends import Local, Serial

    found: dict[str, Timed] = {}

    def timed(name: str, section: str, do: Callable[[], object]) -> None:
        start, start_cpu = time.perf_counter(), time.process_time()
        do()
        seconds, processor = time.perf_counter() - start, time.process_time() - start_cpu
        unit, scale = ("ms", 1e3 / runs) if section == PER_RUN else ("s", 1.0)
        found[name] = section, unit, scale * seconds, scale * processor

    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "design.toml"
        file.write_text(_DESIGN.format(size=runs // 4), encoding="utf-8")
        plan = plan_batch(read_design(file))
        known(next(plan.runs()))
        folder = BatchFolder.start(Path(place) / "out", plan.design)
        timed("plan and identify", PER_RUN, lambda: sum(1 for _ in plan.runs()))
        timed(DRIVE, PER_RUN, lambda: drive(plan, folder, Serial(), task=known))
        timed("resume when all is done", SECONDS, lambda: drive(plan, folder, Serial(), task=known))
        timed("seal into Parquet", SECONDS, lambda: seal(plan, folder))
        batch = Batch(folder.path)
        timed("open two columns in pandas", SECONDS, lambda: batch.runs(["policy", "contribution"]))
        query = "SELECT policy, avg(contribution) FROM runs GROUP BY policy"
        timed("mean by policy in DuckDB", SECONDS, lambda: batch.duckdb().execute(query).fetchall())
        found["most"] = MEMORY, "MB", peak() / 2**20, None
        if runs <= _WITH_WORKERS:
            again = BatchFolder.start(Path(place) / "again", plan.design)
            timed(f"{DRIVE} with two local workers", PER_RUN, lambda: drive(plan, again, Local(2), task=known))
    return found


if __name__ == "__main__":
    # Workers must find the task by name, not in `__main__`.
    from bench import batches

    print(json.dumps(batches.time_one(int(sys.argv[1]))))
