"""Dask clusters: those of others, found by their address, and those that we start and end ourselves."""

from __future__ import annotations

import glob
import logging
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.runs.backends.local import ONE_THREAD, interrupts_after

#: Seconds that ending a cluster of ours may take.
ENDING = 8.0
#: Deaths after which the scheduler of a cluster of ours gives a run back: the first, because the driver counts itself.
SCHEDULER_OPTIONS = {"allowed_failures": 0}


#: Start of the names of scratch folders.
_SCRATCH = "deepmarket-dask-"


@dataclass(frozen=True)
class Cluster:
    """How to get hold of a cluster: ``opened`` gives what a Dask client connects to, until it is left again."""

    #: What messages call it.
    name: str
    #: Whether we started it, so that it ends with us.
    ours: bool
    #: Workers that must be there before the first run starts.
    least: int
    opened: Callable[[], AbstractContextManager[Any]]
    #: Why no worker will ever come; empty while one may.
    trouble: Callable[[], str] = lambda: ""


def of_others(address: str) -> Cluster:
    """A scheduler that somebody else started, by its address."""

    @contextmanager
    def opened() -> Iterator[str]:
        yield address

    return Cluster(address, False, 1, opened)


def own_processes(workers: int) -> Cluster:
    """``workers`` processes of this machine with one thread each, without dashboard, logs or limits of memory."""

    @contextmanager
    def opened() -> Iterator[Any]:
        import dask
        from distributed import LocalCluster

        # Workers that die are started again at any time, by this process: its environment stays theirs until the end.
        with scratch_folder() as scratch, environment(ONE_THREAD):
            spawn = {"distributed.worker.multiprocessing-method": "spawn", "distributed.worker.profile.enabled": False}
            with interrupts_after(), dask.config.set({**spawn, "temporary-directory": scratch}):
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                    memory_limit=None,
                    local_directory=scratch,
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0", **SCHEDULER_OPTIONS},
                )
            try:
                yield cluster
            finally:
                cluster.close(timeout=ENDING)

    return Cluster("the Dask cluster of this machine", True, workers, opened)


def scratch_folder() -> AbstractContextManager[str]:
    """A folder for what Dask wants to put somewhere; those that killed drivers of this machine left are removed first."""
    mine = f"{_SCRATCH}{platform.node()}-"
    for left in Path(tempfile.gettempdir()).glob(f"{glob.escape(mine)}*-*"):
        process = left.name.removeprefix(mine).split("-")[0]
        if process.isdigit() and not _is_alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{mine}{os.getpid()}-", ignore_cleanup_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Within it the environment holds ``values``; after it, it is what it was, whatever libraries set meanwhile."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def hushed() -> Iterator[None]:
    """Within it Dask's own messages are held back: what goes wrong is reported by us, once and in plain words."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
