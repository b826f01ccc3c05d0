"""A batch from a notebook or a script: run a design, or resume it, and open what it gives."""

from __future__ import annotations

from pathlib import Path

from experiments.batch.batch_plan import plan_batch
from experiments.batch.design_file import read_design
from experiments.batch.drive import drive
from experiments.batch.extension import take_up
from experiments.batch.sealed_batch import Batch
from experiments.batch.sealed_tables import seal
from experiments.outside import door
from experiments.runs.backends import parse_backend
from experiments.runs.progress import Progress
from experiments.runs.run_folder import Shard


@door
def run_batch(
    design: Path | str,
    out: Path | str,
    *,
    workers: int | None = None,
    backend: str | None = None,
    shard: str | None = None,
    retry: bool = False,
    max_failures: int | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Do every run of ``design`` that ``out`` does not hold, seal the tables and open them. A design that has every run
    of the one in ``out``, and more, continues there.

    ``backend`` as :func:`experiments.runs.backends.parse_backend` has it, ``shard`` as ``k/n``; ``retry`` tries failed runs
    again. Failed runs are in ``batch.table("failures")``. Raises :class:`sim.errors.InputErrors` before anything runs,
    :class:`experiments.runs.work.TooManyFailures`, and KeyboardInterrupt after what has ended is recorded.
    """
    plan = plan_batch(read_design(design))
    folder, _ = take_up(Path(out), plan)
    drive(
        plan,
        folder,
        parse_backend(backend, workers, plan.count),
        shard=Shard.parse(shard),
        retry=retry,
        max_failures=max_failures,
        progress=progress,
    )
    seal(plan, folder)
    return Batch(folder.path)
