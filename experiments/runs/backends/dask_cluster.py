"""The Dask backend: runs on a Dask cluster, of this machine, of a Slurm, or any other whose scheduler is reached."""

from __future__ import annotations

import sys
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from typing import Any, TypeVar

from experiments.runs.backends.backend import BackendLost
from experiments.runs.backends.clusters import Cluster, hushed
from experiments.runs.backends.dask_executor import DaskExecutor
from experiments.runs.backends.fitness import Seen, make_look, seen, worker_command
from sim.errors import InputError, InputErrors

#: Seconds in which a scheduler must answer.
ANSWER = 6.0
#: Seconds without any worker after which a batch is given up, and between two lines that say so.
PATIENCE, EVERY = 600.0, 30.0
#: Seconds between two counts of the workers.
COUNTING = 2.0

T = TypeVar("T")


class Dask:
    """Runs on the workers of ``cluster``, at most ``most`` at a time; connected to when the first run is due.

    Whoever connects finds out: :class:`sim.errors.InputErrors` when no scheduler answers or a worker must not do runs,
    :class:`BackendLost` when no worker comes within ``patience`` seconds, or none is left for so long later on.
    """

    name = "dask"

    def __init__(self, cluster: Cluster, most: int | None, patience: float = PATIENCE) -> None:
        self.cluster, self.most, self.patience = cluster, most, patience
        self._stack = ExitStack()
        self._client: Any = None
        self._workers = 0
        self._lost: BackendLost | None = None
        self._executors: weakref.WeakSet[DaskExecutor] = weakref.WeakSet()

    @property
    def slots(self) -> int:
        """Workers that the cluster has now, or as many of them as may be used."""
        self.connect()
        return max(1, self._workers if self.most is None else min(self._workers, self.most))

    @property
    def ahead(self) -> int:
        """One run waits at every worker, so that none idles; a death makes suspects of that worker's runs only."""
        return self.slots if self.most is not None and self._workers > self.most else 2 * self.slots

    def open(self, slots: int) -> Executor:
        """A way to send runs; workers are the cluster's, and the driver itself sends no more than ``slots`` of them."""
        from experiments.runs.identity import versions

        self.connect()
        executor = DaskExecutor(self._client, versions(), self._why_lost)
        self._executors.add(executor)
        return executor

    def stop(self, executor: Executor) -> None:
        """Drop what waits. A run under way on a cluster of others continues to its end there, and is thrown away."""
        executor.shutdown(wait=False, cancel_futures=True)

    def is_death(self, error: BaseException) -> bool:
        """The scheduler's word that workers died with a run."""
        from distributed import KilledWorker

        return isinstance(error, KilledWorker)

    def breaks(self, error: BaseException) -> bool:
        """A death costs one worker, not the cluster."""
        return False

    def has_begun(self, executor: Executor) -> bool:
        """The scheduler speaks of deaths only of workers that were there and had the run."""
        return True

    def close(self) -> None:
        """Leave the cluster, and end it when we started it."""
        stack, self._stack, self._client = self._stack, ExitStack(), None
        self._executors.clear()
        stack.close()

    def connect(self) -> None:
        """Get hold of the cluster, wait for workers and see that all of them may do runs. Raises as the class says."""
        if self._lost is not None:
            raise self._lost
        if self._client is not None:
            return
        try:
            self.reach()
            self.wait_for_workers()
            refuse_unfit(self.look(), self.address)
            self._start_watch()
        except BaseException:
            self.close()
            raise

    def _start_watch(self) -> None:
        self._client.loop.add_callback(self._watch, self._client)

    def reach(self) -> None:
        """Get hold of the scheduler. Raises :class:`sim.errors.InputErrors` when none answers."""
        from distributed import Client

        self._stack.enter_context(hushed())
        place, remedy = self.cluster.name, "start it by `dask scheduler`, or correct the address; `deepmarket doctor`"
        try:
            where = self._stack.enter_context(self.cluster.opened())
            self._client = Client(where, timeout=ANSWER, set_as_default=False, name="deepmarket")
        except InputErrors:
            raise
        except (OSError, ImportError, RuntimeError, TypeError, ValueError) as error:
            wording = str(error).splitlines()[0] if str(error) else type(error).__name__
            problem = "no scheduler answers there" if isinstance(error, OSError) else f"cannot be used: {wording}"
            expected = f"a Dask scheduler that answers within {ANSWER:g} s"
            raise InputErrors([InputError(f"--backend: {place}", problem, expected, remedy)]) from None
        self._stack.callback(self._leave, self._client)

    @staticmethod
    def _leave(client: Any) -> None:
        with suppress(Exception):  # a scheduler that is gone cannot be taken leave of
            client.close(timeout=ANSWER)

    @property
    def address(self) -> str:
        """Where the scheduler is."""
        return str(self._client.scheduler.address)

    def look(self) -> list[Seen]:
        """The scheduler and every worker, as they tell themselves. Raises :class:`BackendLost`."""
        scheduler = self._ask(lambda: self._client.run_on_scheduler(make_look("scheduler")))
        workers = self._ask(lambda: self._client.run(make_look(), on_error="return"))
        return [
            seen("scheduler", self.address, scheduler),
            *(seen("worker", address, answer) for address, answer in workers.items()),
        ]

    def round_trip(self) -> float:
        """Seconds that an empty call takes to a worker and back, the least of some."""
        took = []
        for _ in range(5):
            started = time.perf_counter()
            self._ask(lambda: self._client.submit(int, pure=False).result(timeout=ANSWER))
            took.append(time.perf_counter() - started)
        return min(took)

    def allowed_failures(self) -> int:
        """How often the scheduler itself starts a run again whose worker died."""

        def ask(dask_scheduler: Any) -> int:
            return int(dask_scheduler.allowed_failures)

        return self._ask(lambda: int(self._client.run_on_scheduler(ask)))

    def count(self) -> int:
        """Workers that are there now. Raises :class:`BackendLost`."""
        return len(self._ask(lambda: self._client.sync(self._client.scheduler.ncores_running, callback_timeout=ANSWER)))

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except OSError as error:
            raise self._why_lost() from error

    def wait_for_workers(self) -> None:
        """Wait for the first workers (for all, where we start them). Raises :class:`BackendLost` when none come."""
        started = reported = time.monotonic()
        while (workers := self.count()) < self.cluster.least:
            now = time.monotonic()
            if why := self.cluster.trouble():
                raise BackendLost(why, "fix what it says, in jobqueue.yaml if it is there")
            if now - started > self.patience:
                raise self._no_workers()
            if now - reported >= EVERY:
                reported = now
                self._say_waiting(now - started)
            time.sleep(0.2)
        self._workers = workers

    def _say_waiting(self, seconds: float) -> None:
        left = max(self.patience - seconds, 0.0)
        sys.stderr.write(f"{self.cluster.name} has no workers yet: waiting, for {left:.0f} s more at most\n")
        sys.stderr.flush()

    def _no_workers(self) -> BackendLost:
        problem = f"{self.cluster.name} has had no workers for {self.patience:g} s"
        return BackendLost(problem, f"start some by: {worker_command(self.address)}")

    def _why_lost(self) -> BackendLost:
        problem = f"the connection to the scheduler is lost ({self.cluster.name})"
        return self._lost or BackendLost(problem, "start the scheduler and its workers again")

    async def _watch(self, client: Any) -> None:
        """On the client's loop: count workers, say when there are none, and give up when none comes back."""
        import asyncio

        last = reported = time.monotonic()
        while True:
            await asyncio.sleep(COUNTING)
            if client is not self._client:
                return
            if client.status != "running":
                self._give_up()
                return
            with suppress(OSError):  # its status shows when the scheduler is gone
                self._workers = len(await client.scheduler.ncores_running())
            now = time.monotonic()
            if self._workers:
                last = reported = now
            elif now - last > self.patience:
                self._lost = self._no_workers()
                self._give_up()
                return
            elif now - reported >= EVERY:
                reported = now
                self._say_waiting(now - last)

    def _give_up(self) -> None:
        for executor in list(self._executors):
            executor.give_up()


def refuse_unfit(processes: list[Seen], address: str) -> None:
    """Raises :class:`sim.errors.InputErrors` when results could differ from those of this process, or threads be too many."""
    from experiments.runs.identity import versions

    ours, mistakes = versions(), []
    for process in processes:
        place = f"--backend: {process.name}"
        if problems := process.version_problems(ours):
            remedy = "install the same version there and start it again"
            mistakes.append(InputError(place, "; ".join(problems), "the code and packages of this process", remedy))
        if problems := process.thread_problems():
            remedy = f"start workers by: {worker_command(address)}"
            mistakes.append(InputError(place, "; ".join(problems), "one thread per worker", remedy))
    if mistakes:
        raise InputErrors(mistakes)
