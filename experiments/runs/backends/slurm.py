"""Workers as jobs of Slurm, by dask-jobqueue: its own configuration says what a job looks like."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from experiments.runs.backends.clusters import ENDING, SCHEDULER_OPTIONS, Cluster, scratch_folder
from experiments.runs.backends.local import ONE_THREAD, interrupts_after
from sim.errors import InputError, InputErrors


def slurm(jobs: int) -> Cluster:
    """``jobs`` jobs of Slurm as dask-jobqueue's own configuration (`jobqueue.yaml`, section slurm) describes them."""
    refused: list[str] = []

    @contextmanager
    def opened() -> Iterator[Any]:
        import dask
        from dask_jobqueue.slurm import SLURMCluster

        settings = _slurm_settings(dask.config.get("jobqueue.slurm", {}))
        with scratch_folder() as scratch:
            with interrupts_after(), dask.config.set({"temporary-directory": scratch}):
                cluster = SLURMCluster(silence_logs=logging.CRITICAL, job_cls=_job_class(refused), **settings)
            try:
                cluster.scale(jobs=jobs)
                yield cluster
            finally:
                cluster.close(timeout=ENDING)

    def trouble() -> str:
        return f"sbatch refuses the jobs: {refused[0]}" if len(refused) >= jobs else ""

    return Cluster(f"{jobs} job{'s' * (jobs > 1)} of Slurm", True, 1, opened, trouble)


def _job_class(refused: list[str]) -> Any:
    """Jobs that note in ``refused`` what sbatch said, where Dask would only write it into a log."""
    from dask_jobqueue.slurm import SLURMJob
    from distributed.deploy.spec import ProcessInterface

    class NotingJob(SLURMJob):  # type: ignore[misc, unused-ignore]
        async def start(self) -> None:
            try:
                await super().start()
            except (RuntimeError, ValueError) as error:
                said = [line.strip() for line in str(error).splitlines() if line.strip()]
                refused.append(next((line for line in said if "error" in line.lower() and line != said[0]), said[0]))
                # It counts as started, and so is closed like the others; it has no number that could be cancelled.
                self.job_id = None
                await ProcessInterface.start(self)

    return NotingJob


def _slurm_settings(given: dict[str, Any]) -> dict[str, Any]:
    """What dask-jobqueue is given beyond its configuration: one thread per process, and our way of counting deaths.

    Raises :class:`sim.errors.InputErrors` when there is no Slurm here, or the configuration cannot do.
    """
    place, example = "--backend slurm", "docs/clusters.md has an example"
    file = "jobqueue.yaml (in ~/.config/dask), section slurm"
    mistakes = []
    if shutil.which("sbatch") is None:
        remedy = "start it on a login node of the cluster"
        mistakes.append(InputError(place, "there is no command sbatch here", "a machine that can submit jobs", remedy))
    if given.get("memory") is None:
        mistakes.append(InputError(file, "memory is not set", "memory per job, for instance 4GB", example))
    cores = given.get("cores") or 1
    processes = given.get("processes") or cores
    if cores != processes:
        problem = f"{cores} cores and {processes} processes per job"
        expected = "as many processes as cores: every worker has one thread"
        mistakes.append(InputError(file, problem, expected, f"set processes: {cores}"))
    if mistakes:
        raise InputErrors(mistakes)
    exports = [f"export {name}={value}" for name, value in ONE_THREAD.items()]
    return {
        "cores": cores,
        "processes": processes,
        "job_script_prologue": [*exports, *(given.get("job-script-prologue") or ())],
        "scheduler_options": {
            "dashboard_address": ":0",
            "dashboard": False,
            **(given.get("scheduler-options") or {}),
            **SCHEDULER_OPTIONS,
        },
    }
