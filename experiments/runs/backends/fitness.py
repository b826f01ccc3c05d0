"""Whether a process of a cluster may do runs: the same code and packages as here, and one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from experiments.runs.backends.local import ONE_THREAD


class UnfitWorker(RuntimeError):
    """Raised in a worker that must not do runs; its text says which and why. Never a run's own failure."""


@dataclass(frozen=True)
class Seen:
    """One process of a cluster: ``role`` (scheduler or worker), ``address``, and what :func:`make_look` found there."""

    role: str
    address: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.role} {self.address}"

    def version_problems(self, ours: Mapping[str, str]) -> list[str]:
        """Where its code or packages are not those of this process; another patch of Python changes no number."""
        if self.error:
            return [self.error]
        theirs = {**self.facts["versions"], "python": _minor(self.facts["versions"]["python"])}
        named = {"source": "another source code of Deepmarket"}
        return [
            f"{named.get(name, name)}: {theirs.get(name, 'missing')} there, {want} here"
            for name, want in {**ours, "python": _minor(ours["python"])}.items()
            if theirs.get(name) != want
        ]

    def thread_problems(self) -> list[str]:
        """What would use more than one thread; a scheduler does no runs and may have as many as it likes."""
        if self.error or self.role != "worker":
            return []
        return [f"{count} threads for {what}" for what, count in self.facts["threads"].items() if count != 1]

    @property
    def guarded(self) -> bool:
        """Whether somebody starts it again when it dies, and it can be ended when a run hangs."""
        return self.role != "worker" or bool(self.facts.get("nanny"))


def _minor(python: str) -> str:
    return ".".join(python.split(".")[:2])


def worker_command(address: str) -> str:
    """How a user starts workers that are fit."""
    names = [name for name in ONE_THREAD if name not in ("VECLIB_MAXIMUM_THREADS", "ARROW_NUM_THREADS")]
    return f"{' '.join(f'{name}=1' for name in names)} dask worker {address} --nthreads 1 --nworkers N"


def make_look(role: str = "worker") -> Callable[..., dict[str, Any]]:
    """A function that looks at the process it is called in; of a scheduler only versions are asked.

    It is a nested one, so that it is sent by value and says what is wrong even where Deepmarket is not installed.
    """

    def look(dask_worker: Any = None) -> dict[str, Any]:
        try:
            from experiments.runs.identity import versions

            found: dict[str, Any] = {"versions": versions()}
            if role == "scheduler":
                return found
            # What was set shows whether libraries keep to it; what they really have is asked once they are loaded.
            import numba
            import scipy.linalg  # noqa: F401
            from threadpoolctl import threadpool_info

            import sim.market  # noqa: F401
            from sim.kernels.threads import threads_for

            pools = [pool["num_threads"] for pool in threadpool_info()]
            found["threads"] = {
                "kernels": threads_for(10**9),
                "numba": int(numba.get_num_threads()),
                "linear algebra": max(pools, default=1),
            }
        except Exception as error:
            return {"error": f"Deepmarket cannot be loaded: {type(error).__name__}: {error}"}
        if dask_worker is not None:
            found["threads"]["runs at a time"] = dask_worker.state.nthreads
            found["nanny"] = dask_worker.nanny is not None
            found["memory_limit"] = dask_worker.memory_manager.memory_limit
        return found

    return look


def look_here() -> dict[str, Any]:
    """What :func:`make_look` finds in this process, for processes that surely have this module."""
    return make_look()()


def seen(role: str, address: str, answer: Any) -> Seen:
    """What a process answered, or the exception in its stead."""
    if isinstance(answer, BaseException):
        return Seen(role, address, error=f"does not answer: {type(answer).__name__}: {answer}")
    return Seen(role, address, answer, answer.get("error", ""))


def run_if_fit(ours: tuple[tuple[str, str], ...], folder: str, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """In a worker: call ``fn``, unless this process must not do runs (it may have joined after the others were checked).

    It is called in ``folder``, where the worker has it too: paths that a user gave mean the same there.
    Raises :class:`UnfitWorker`.
    """
    wording = _unfit(ours)
    if wording:
        raise UnfitWorker(wording)
    with chdir(folder if Path(folder).is_dir() else "."):
        return fn(*args)


@lru_cache(maxsize=4)
def _unfit(ours: tuple[tuple[str, str], ...]) -> str:
    """Why this worker must not do runs; empty when it may. Looked at once per process."""
    from distributed import get_worker

    worker = get_worker()
    found = seen("worker", worker.address, make_look()(dask_worker=worker))
    problems = [*found.version_problems(dict(ours)), *found.thread_problems()]
    return f"{found.name}: {'; '.join(problems)}" if problems else ""
