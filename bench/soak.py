"""Soaks: does memory stay flat over many small runs, and does a long run grow by its records only?

    python -m bench.soak --runs 20000
    python -m bench.soak --weeks 520 --customers 100000

The first runs a batch of markets of 50 customers and one week, each with a seed of its own, and prints the resident
memory of the driver and of the largest worker a quarter at a time. The second runs one market and prints its resident
memory every 52 weeks, with the size of its records. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from pathlib import Path

from experiments.batch.launch import run_batch
from experiments.runs.progress import Count
from sim.market import Market

_DESIGN = """\
title = "Soak"
scenario = "tiny"
replications = {runs}
weeks = 1
set = {{ "world.customers" = 50 }}

[[policy]]
name = "as_written"
"""

#: Shares of the runs at which memory is reported.
_LOOKS = (0.05, 0.25, 0.5, 0.75, 1.0)


def resident(process: int | str = "self") -> float:
    """Resident memory of a process, MB; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def children(process: int) -> list[int]:
    """Processes that ``process`` has started and that live."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(child) for child in found.split()]


def soak_runs(runs: int, workers: int) -> None:
    """Run the batch and print a line of the table at each look."""
    print("| runs | driver, MB | largest worker, MB | s |\n|---:|---:|---:|---:|", flush=True)
    started, due = time.perf_counter(), list(_LOOKS)

    def look(count: Count) -> None:
        if due and count.ended >= due[0] * runs and count.ended:
            del due[0]
            of_workers = max(map(resident, children(os.getpid())), default=0.0)
            spent = time.perf_counter() - started
            print(f"| {count.ended:,} | {resident():.0f} | {of_workers:.0f} | {spent:.0f} |", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        design = Path(folder) / "soak.toml"
        design.write_text(_DESIGN.format(runs=runs), encoding="utf-8")
        batch = run_batch(design, Path(folder) / "out", workers=workers, progress=look)
        print(f"| sealed, {len(batch.table('failures'))} failed | {resident():.0f} | | |")


def soak_weeks(weeks: int, customers: int) -> None:
    """Run one market and print a line of the table every 52 weeks."""
    print("| week | resident, MB | records and books, MB | s a week |\n|---:|---:|---:|---:|", flush=True)
    market = Market("regional_plain", seed=7, weeks=weeks, customers=customers)
    started = time.perf_counter()
    for week in range(1, weeks + 1):
        market.step()
        if week % 52 == 0 or week == 4:
            gc.collect()
            pace = (time.perf_counter() - started) / week
            print(f"| {week} | {resident():.0f} | {written(market) / 2**20:.1f} | {pace:.3f} |", flush=True)


def written(market: Market) -> int:
    """Bytes that the record and the ledger have been written into so far; their room is taken at the start."""
    record, ledger = market.state.record, market.state.ledger
    whole = sum(record[name].nbytes for name in record.measures) + ledger.book.nbytes
    return whole * market.week // market.state.weeks


def main(arguments: list[str]) -> int:
    """Soak by many runs, or by one long one."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=0, help="small runs of a batch")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of the batch")
    parser.add_argument("--weeks", type=int, default=0, help="weeks of one long run")
    parser.add_argument("--customers", type=int, default=100_000, help="customers of the long run")
    options = parser.parse_args(arguments)
    if options.runs:
        soak_runs(options.runs, options.workers)
    if options.weeks:
        soak_weeks(options.weeks, options.customers)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
