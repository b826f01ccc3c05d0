"""The local backend: a pool of fresh processes on this machine, one thread each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from experiments.signals import signals_after
from sim.errors import InputError, InputErrors

#: Threads are left to the processes: one each, whichever library would start more.
ONE_THREAD = dict.fromkeys(
    (
        "DEEPMARKET_THREADS",
        "NUMBA_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "ARROW_NUM_THREADS",
    ),
    "1",
)

#: Two pools that start in two threads at once would take each other's workers for their own.
_STARTING = threading.Lock()


#: Exit code of a worker that was about to start workers itself: its driver's script lacks the guard.
UNGUARDED = 77


class _Pool(ProcessPoolExecutor):
    """A process pool that knows its workers, so that they can be ended at once."""

    def __init__(self, slots: int) -> None:
        # `import mesa` sets a process-wide start method; asking for the context keeps us free of it.
        context = multiprocessing.get_context("spawn")
        #: Runs that workers have begun; shared with them, so that it outlives their deaths.
        self.begun = context.RawValue("i", 0)
        super().__init__(max_workers=slots, mp_context=context, initializer=_start_worker, initargs=(self.begun,))
        self.workers: set[BaseProcess] = set()
        self._slots = slots

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call; as long as there are fewer workers than slots it may start one."""
        if len(self.workers) >= self._slots:
            return super().submit(fn, *args, **kwargs)
        with _STARTING, _one_thread(), _main_to_find(), interrupts_after():
            before = set(multiprocessing.active_children())
            try:
                return super().submit(fn, *args, **kwargs)
            finally:
                self.workers |= set(multiprocessing.active_children()) - before


class Local:
    """Runs in ``slots`` processes of this machine."""

    name = "local"

    def __init__(self, slots: int) -> None:
        self.slots = slots
        # One more than slots: no worker idles, and a death makes few suspects.
        self.ahead = slots + (slots > 1)
        self._pools: list[_Pool] = []

    def open(self, slots: int) -> Executor:
        """A pool of ``slots`` fresh processes; they start with the first run."""
        end_unguarded()
        pool = _Pool(slots)
        self._pools.append(pool)
        return pool

    def stop(self, executor: Executor) -> None:
        """Drop what waits and end the workers."""
        executor.shutdown(wait=False, cancel_futures=True)
        if isinstance(executor, _Pool):
            for worker in executor.workers:
                worker.terminate()
            for worker in executor.workers:
                worker.join(timeout=5.0)

    def is_death(self, error: BaseException) -> bool:
        """A dead worker breaks the pool, for all runs under way.

        Raises :class:`InputErrors` when workers die of a script without ``if __name__ == "__main__":``.
        """
        if isinstance(error, BrokenProcessPool) and any(
            worker.exitcode == UNGUARDED for pool in self._pools for worker in pool.workers
        ):
            raise InputErrors([_unguarded()])
        return isinstance(error, BrokenProcessPool)

    def breaks(self, error: BaseException) -> bool:
        """A broken pool takes no more runs."""
        return isinstance(error, BrokenProcessPool)

    def has_begun(self, executor: Executor) -> bool:
        """Whether any worker of the pool came as far as its first run."""
        return not isinstance(executor, _Pool) or executor.begun.value > 0

    def close(self) -> None:
        """Pools end with their executors."""


def end_unguarded() -> None:
    """End a worker that reads its driver's script and would start its runs again; the driver says what is wrong."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(UNGUARDED)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Environment in which processes start with one thread; libraries read it when they are imported."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _main_to_find() -> Iterator[None]:
    """Processes that start read the caller's script again; what came by standard input is no file that they could read."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is None or getattr(main, "__spec__", None) is not None or Path(file).is_file():
        yield
        return
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = file


def _unguarded() -> InputError:
    return InputError(
        str(getattr(sys.modules["__main__"], "__file__", "the script")),
        "is read again by every worker process, and starts its runs again in each",
        'what the script does below `if __name__ == "__main__":`',
        "put the calls below that line, or stay in one process with workers=1",
    )


@contextmanager
def interrupts_after() -> Iterator[None]:
    """Hold Ctrl-C, SIGTERM and SIGHUP back while processes start, and answer it after; they start deaf to it, from their first moment on.

    Blocking Ctrl-C is what processes inherit (SIGTERM must reach them: it ends them). It does not keep it from this process: another thread (a pool of
    BLAS, say) may catch it, and Python would then answer it here, between starting a process and telling it what to
    do. Therefore the answer itself is put off as well, where signals are answered: in the main thread.
    """
    with signals_after(), _blocked():
        yield


@contextmanager
def _blocked() -> Iterator[None]:
    """Within it this thread, and the processes it starts, are not sent Ctrl-C."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


#: In a worker: where it says that it has begun a run.
_BEGUN: list[Any] = []


def note_begun() -> None:
    """In a worker: a run begins, so a death from now on may be its doing."""
    for begun in _BEGUN:
        begun.value += 1


def _start_worker(begun: Any) -> None:
    """In a fresh worker: end when the driver is gone, however it ended."""
    _BEGUN.append(begun)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
