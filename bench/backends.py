"""Backends: what a run costs on top of its own work, how much of two workers' time is work, and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.one_backend import LONG_RUNS, SECONDS
from bench.timing import Measurement, wait_for_quiet, watched
from experiments.runs.backends.local import ONE_THREAD

LONG = f"{LONG_RUNS} runs of {SECONDS:g} s"
OVERHEAD, IDEAL = "backends: overhead per run", f"backends: {LONG}, as a share of the ideal"
AT_WORK, MEMORY = f"backends: {LONG}, share of workers' time at work", "backends: memory of one process"
WORKERS = 2
SERIAL, LOCAL, DASK = "serial", "local, 2 processes", "Dask on this machine, 2 processes"
OUTSIDE = "Dask scheduler and 2 workers as processes of their own"
_ROOT = Path(__file__).parent.parent


def measure_backends(repetitions: int, patience: float) -> list[Measurement]:
    """Every backend in turn, each in fresh processes: ms per empty run, % of the ideal, % at work, MB."""
    units = {OVERHEAD: "ms", IDEAL: "%", AT_WORK: "%"}
    names = (SERIAL, LOCAL, DASK, OUTSIDE)
    found = {(section, name): Measurement(section, name, unit) for section, unit in units.items() for name in names}
    for name in names:
        for who in ("driver", "a worker")[: 1 if name == SERIAL else 2]:
            found[MEMORY, f"{name}: {who}"] = Measurement(MEMORY, f"{name}: {who}", "MB")
    for _ in range(repetitions):
        for name, spec, workers in ((SERIAL, "serial", "-"), (LOCAL, "local", "2"), (DASK, "dask", "2")):
            _add(found, name, spec, workers, patience)
        with _outside() as file:
            _add(found, OUTSIDE, f"dask:{file}", "-", patience)
    return list(found.values())


def _add(found: dict[tuple[str, str], Measurement], name: str, spec: str, workers: str, patience: float) -> None:
    wait_for_quiet(patience)
    seen: list[float] = []
    with watched(seen):
        command = [sys.executable, "-m", "bench.one_backend", spec, workers]
        answer = subprocess.run(command, cwd=_ROOT, env=_environment(), capture_output=True, text=True, check=True)
    measured = json.loads(answer.stdout)
    values = {
        (OVERHEAD, name): measured["overhead"],
        (IDEAL, name): measured["ideal"],
        (AT_WORK, name): measured["at_work"],
    }
    values[MEMORY, f"{name}: driver"] = measured["driver"] / 1e6
    values[MEMORY, f"{name}: a worker"] = measured["worker"] / 1e6
    for key, value in values.items():
        if key in found:
            found[key].values.append(value)


@contextmanager
def _outside() -> Iterator[Path]:
    """A scheduler and two workers as somebody else would have started them; gives the scheduler file."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "scheduler.json"
        options = ["--scheduler-file", str(file), "--no-dashboard"]
        scheduler = _start("scheduler", ["--host", "127.0.0.1", "--port", "0", *options], folder)
        try:
            while not file.exists():
                assert scheduler.poll() is None, "the scheduler did not start"
                time.sleep(0.1)
            workers = _start("worker", ["--nworkers", str(WORKERS), "--nthreads", "1", *options], folder)
            try:
                yield file
            finally:
                _end(workers)
        finally:
            _end(scheduler)


def _start(what: str, options: list[str], folder: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *options]
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=_environment() | ONE_THREAD, stdout=nowhere, stderr=nowhere)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_ROOT)}
