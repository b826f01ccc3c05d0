"""What `deepmarket doctor --backend` looks at: the scheduler and every worker, before a batch is entrusted to them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.cli.finding import Finding

if TYPE_CHECKING:
    from experiments.runs.backends.dask_cluster import Dask
    from experiments.runs.backends.fitness import Seen

#: Seconds to wait for workers before saying that there are none.
PATIENCE = 60.0
#: Round trip above which short runs would mostly wait, seconds.
SLOW = 0.5


def examine_backend(spec: str, workers: int | None) -> Iterator[Finding]:
    """Look at a backend as :func:`experiments.runs.backends.parse_backend` has it.

    A backend that cannot be reached is a finding; one that does not exist raises :class:`sim.errors.InputErrors`.
    """
    from experiments.runs.backends import BackendLost, parse_backend
    from sim.errors import InputErrors

    # As many jobs as anyone could ask for: nothing but workers bounds the number of processes.
    backend: Any = parse_backend(spec, workers, 10**9)
    try:
        if backend.name == "dask":
            backend.patience = PATIENCE
            yield from _dask(backend)
        else:
            yield from _here(backend)
    except (InputErrors, BackendLost) as error:
        for mistake in getattr(error, "errors", (error,)):
            yield Finding("backend", str(mistake), False)
    finally:
        backend.close()


def _here(backend: Any) -> Iterator[Finding]:
    """Processes of this machine: one of them stands for all."""
    from experiments.runs.backends.fitness import look_here, seen
    from experiments.runs.identity import versions

    yield Finding("backend", f"{backend.name}: {_counted(backend.slots, 'run')} at a time", True)
    if backend.name == "serial":
        return
    executor = backend.open(1)
    try:
        yield _worker(seen("worker", "of this machine", executor.submit(look_here).result()), versions(), guarded=True)
    finally:
        backend.stop(executor)


def _dask(backend: Dask) -> Iterator[Finding]:
    from experiments.runs.identity import versions

    started = time.perf_counter()
    backend.reach()
    yield Finding("scheduler", f"{backend.address} reached in {time.perf_counter() - started:.1f} s", True)
    yield _deaths(backend.allowed_failures())
    backend.wait_for_workers()
    ours, (scheduler, *workers) = versions(), backend.look()
    problems = scheduler.version_problems(ours)
    yield Finding(scheduler.name, "; ".join(problems) or _version(scheduler), not problems)
    for worker in workers:
        yield _worker(worker, ours, worker.guarded)
    yield Finding("workers", _counted(len(workers), "worker"), True)
    trip = backend.round_trip()
    yield Finding("round trip", f"{1000.0 * trip:.1f} ms for an empty run", trip <= SLOW)


def _worker(worker: Seen, ours: dict[str, str], guarded: bool) -> Finding:
    problems: Sequence[str] = [*worker.version_problems(ours), *worker.thread_problems()]
    if not worker.error and not guarded:
        problems = [*problems, "no nanny: when it dies nobody starts it again, and no run that hangs can be ended"]
    if problems:
        return Finding(worker.name, "; ".join(problems), False)
    limit = worker.facts.get("memory_limit")
    memory = f"{limit / 2**30:.1f} GiB of memory" if limit else "no limit of memory"
    return Finding(worker.name, f"{_version(worker)}, one thread, {memory}", True)


def _version(process: Seen) -> str:
    there = process.facts["versions"]
    return f"Deepmarket {there['deepmarket']}, source {there['source']}, Python {there['python']}"


def _deaths(allowed: int) -> Finding:
    wording = "a run whose worker dies comes back at once: deaths are counted one by one"
    if allowed:
        wording = (
            f"the scheduler itself tries a run whose worker dies on {allowed + 1} workers before it says so; "
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0 where it is started makes that one"
        )
    return Finding("dying workers", wording, True)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
