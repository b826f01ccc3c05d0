"""What a batch will cost: two runs are timed here, nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from experiments.batch.batch_plan import BatchPlan
from experiments.runs.backends.backend import usable_cores
from experiments.runs.bundles import MOST
from experiments.runs.driver import Task
from experiments.runs.run import Run
from experiments.runs.worker import simulate


@dataclass(frozen=True)
class Price:
    """Two timed runs, and what all runs will take: ``hours`` on ``workers`` workers, ``megabytes`` on disk.

    ``lived`` is the part of all weeks that is lived: policies share the warm-up of a future, the timed runs do not.
    """

    seconds: tuple[float, float]
    workers: int
    runs: int
    bytes_per_run: int
    lived: float = 1.0

    @property
    def per_run(self) -> float:
        """Mean seconds of the two."""
        return sum(self.seconds) / 2

    @property
    def hours(self) -> float:
        """Hours of all runs."""
        return self.per_run * self.lived * self.runs / self.workers / 3600.0

    @property
    def megabytes(self) -> float:
        """Ledger of all runs, MB."""
        return self.bytes_per_run * self.runs / 1e6


def price_batch(plan: BatchPlan, workers: int | None = None, task: Task = simulate) -> Price:
    """Time one run of the first and one of the last policy, after a short one that compiles and reads the files."""
    first, last = timed_runs(plan)
    if task is simulate:
        _warm(first)
    found = [task(first), task(last)]
    size = max(sum(len(part.values) + 80 for part in numbers.parts) + 200 for numbers in found)
    return Price((found[0].seconds, found[1].seconds), workers or usable_cores(), plan.count, size, _lived(plan, first))


def _lived(plan: BatchPlan, run: Run) -> float:
    """Part of the weeks of runs like ``run`` that is lived when policies share their pasts."""
    past = run.base.past
    if past is None:
        return 1.0
    after = past.weeks_after if run.weeks is None else run.weeks
    return (past.weeks / min(len(plan.policies), MOST) + after) / (past.weeks + after)


def timed_runs(plan: BatchPlan) -> tuple[Run, Run]:
    """The first policy's first run and the last policy's, of the longest horizon."""
    cells = [
        run for run in islice(plan.runs(), len(plan.policies) * len(plan.horizons)) if run.weeks == max(plan.horizons)
    ]
    return cells[0], cells[-1]


def _warm(run: Run) -> None:
    simulate(replace(run, weeks=min(run.weeks or 2, 2)))
