"""A Dask scheduler and workers as processes of their own, as somebody else would have started them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from experiments.runs.backends.local import ONE_THREAD

ROOT = Path(__file__).resolve().parents[2]


class Outside:
    """A scheduler whose workers come and go; everything ends with :meth:`close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self._stack = ExitStack()
        options = ["--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self._start("scheduler", options, {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"})

    @property
    def address(self) -> str:
        """The scheduler's."""
        until(self._is_up)
        return str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    def _is_up(self) -> bool:
        try:
            return bool(json.loads(self.file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return False

    def add_workers(
        self, count: int = 1, threads: int = 1, environment: dict[str, str] | None = None, code: Path = ROOT
    ) -> subprocess.Popen[bytes]:
        """Start workers that import the model from ``code``."""
        options = [self.address, "--nworkers", str(count), "--nthreads", str(threads), "--no-dashboard"]
        return self._start("worker", options, ONE_THREAD if environment is None else environment, code)

    def _start(
        self, what: str, options: list[str], environment: dict[str, str], code: Path = ROOT
    ) -> subprocess.Popen[bytes]:
        bare = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
        with (self.folder / f"{what}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *options],
                env={**bare, "PYTHONPATH": os.pathsep.join((str(code), str(ROOT))), **environment},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._stack.callback(end, process)
        return process

    def close(self) -> None:
        """End the workers, then the scheduler."""
        self._stack.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=5)


@contextmanager
def outside(folder: Path, workers: int = 0) -> Iterator[Outside]:
    """A scheduler, and workers that are fit."""
    cluster = Outside(folder)
    try:
        if workers:
            cluster.add_workers(workers)
        yield cluster
    finally:
        cluster.close()


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds; fails when it never does."""
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)
