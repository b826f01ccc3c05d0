"""Compile all kernels into the cache: on all cores where there are several, then in a run that finds what is missing.

Numba compiles a kernel when it is called, one after the other. A rehearsal without compiling says beforehand which ones
a market calls and with which types, so that processes can compile them side by side; each kernel has files of its own.
The run afterwards is what counts: it calls the kernels, and compiles what the rehearsal did not meet.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress


def compile_all(cores: int) -> None:
    """Compile the kernels of the built-in market for its policies, ``cores`` at a time; raises what a run raises."""
    from experiments.runs.past import in_turn, market_at_start
    from sim import Market, Scenario
    from sim.reading.library import available_policies

    if cores > 1:
        _compile_ahead(cores)
    for policy in in_turn(list(available_policies())):
        scenario = Scenario.load("regional_equipment", policy=policy, weeks=8, customers=2000)
        market_at_start(scenario, 1, Market.live_in).run()


def compile_kernel(line: str) -> None:
    """In a worker: compile the kernel of a rehearsal's ``line``, or find it in the cache."""
    from importlib import import_module

    from experiments.cli.rehearsal import from_line

    module, name, types = from_line(line)
    getattr(import_module(module), name).compile(types)


def _compile_ahead(cores: int) -> None:
    """Compile what a rehearsal names in as many processes. What fails here is for the run to compile, or to report."""
    from experiments.runs.backends.local import Local

    backend = Local(cores)
    pool = backend.open(cores)
    try:
        with suppress(OSError, BrokenExecutor):
            for compiling in _begin(pool):
                compiling.exception()
    finally:
        backend.stop(pool)
        backend.close()


def _begin(pool: Executor) -> list[Future[None]]:
    """Hand each kernel to the ``pool`` as soon as the rehearsal has named it."""
    command = [sys.executable, "-P", "-m", "experiments.cli.rehearsal"]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "DEEPMARKET_THREADS": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as rehearsal:
        assert rehearsal.stdout is not None
        return [pool.submit(compile_kernel, line.strip()) for line in rehearsal.stdout]
