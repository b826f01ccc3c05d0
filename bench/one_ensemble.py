"""An ensemble of real runs in a process of its own: ``python -m bench.one_ensemble`` prints as JSON what workers make of it.

Runs of about half a second are driven and recorded in a folder as a user's are, in this process, by one worker and by
two. Twice what one worker does is the ideal of two.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BatchPlan, plan_batch
from experiments.batch.design_file import read_design
from experiments.runs.backends import Backend, Local, Serial
from experiments.runs.result import Done
from experiments.runs.run import Run
from experiments.runs.work import at_work
from experiments.runs.worker import simulate

#: Seconds that a run is to take, and runs that are timed.
SECONDS, RUNS = 0.5, 24
#: Weeks of the run by which the length of the others is found.
_TRIED = 26
_WARM = 4
_DESIGN = """\
scenario = "regional_plain"
weeks = {weeks}
replications = {runs}
[[policy]]
name = "as_written"
"""


@dataclass(frozen=True)
class Driven:
    """Seconds by the clock until the last of the runs had ended, and those that the runs took themselves, summed."""

    elapsed: float
    at_work: float


def main(runs: int) -> dict[str, float]:
    """Seconds of a run, and shares (%): of time at work for each, and of twice one worker for two."""
    with tempfile.TemporaryDirectory() as place:
        plan = _plan(Path(place), _weeks(Path(place)), runs + _WARM)
        serial = _drive(plan, Path(place) / "serial", Serial())
        one, two = (_drive(plan, Path(place) / f"local_{slots}", Local(slots)) for slots in (1, 2))
    return {
        "seconds": serial.at_work / runs,
        "serial": 100.0 * serial.at_work / serial.elapsed,
        "one": 100.0 * one.at_work / one.elapsed,
        "two": 100.0 * two.at_work / two.elapsed / 2,
        "ideal": 100.0 * one.elapsed / two.elapsed / 2,
        "slowed": 100.0 * one.at_work / two.at_work,
    }


def _weeks(place: Path) -> int:
    """How many weeks take half a second here and now."""
    first = next(_plan(place, _TRIED, 1).runs())
    simulate(first)  # compiles
    return max(round(_TRIED * SECONDS / simulate(first).seconds), 1)


def _plan(place: Path, weeks: int, runs: int) -> BatchPlan:
    file = place / f"design_{weeks}_{runs}.toml"
    file.write_text(_DESIGN.format(weeks=weeks, runs=runs), encoding="utf-8")
    return plan_batch(read_design(file))


def _drive(plan: BatchPlan, folder: Path, backend: Backend) -> Driven:
    """All runs of ``plan``; the first few only start the workers and load the model."""
    with at_work(BatchFolder.start(folder, plan.design), backend) as work:
        runs = plan.runs()
        warm: list[Run] = list(islice(runs, _WARM))
        assert all(isinstance(result, Done) for result in work.carry_out(warm))
        started = time.perf_counter()
        seconds = [result.output.seconds for result in work.carry_out(runs) if isinstance(result, Done)]
        return Driven(time.perf_counter() - started, sum(seconds))


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
