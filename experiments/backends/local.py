"""The local backend: a pool of fresh processes on this machine, one thread each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

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
        with _STARTING, _one_thread(), interrupts_after():
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

    def open(self, slots: int) -> Executor:
        """A pool of ``slots`` fresh processes; they start with the first run."""
        return _Pool(slots)

    def stop(self, executor: Executor) -> None:
        """Drop what waits and end the workers."""
        executor.shutdown(wait=False, cancel_futures=True)
        if isinstance(executor, _Pool):
            for worker in executor.workers:
                worker.terminate()
            for worker in executor.workers:
                worker.join(timeout=5.0)

    def is_death(self, error: BaseException) -> bool:
        """A dead worker breaks the pool, for all runs under way."""
        return isinstance(error, BrokenProcessPool)

    def breaks(self, error: BaseException) -> bool:
        """A broken pool takes no more runs."""
        return isinstance(error, BrokenProcessPool)

    def has_begun(self, executor: Executor) -> bool:
        """Whether any worker of the pool came as far as its first run."""
        return not isinstance(executor, _Pool) or executor.begun.value > 0

    def close(self) -> None:
        """Pools end with their executors."""


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
def interrupts_after() -> Iterator[None]:
    """Hold Ctrl-C back while processes start, and answer it after; they start deaf to it, from their first moment on.

    Blocking the signal is what processes inherit. It does not keep it from this process: another thread (a pool of
    BLAS, say) may catch it, and Python would then answer it here, between starting a process and telling it what to
    do. Therefore the answer itself is put off as well, where signals are answered: in the main thread.
    """
    answer = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or answer is None:
        with _blocked():
            yield
        return
    held: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        with _blocked():
            yield
    finally:
        signal.signal(signal.SIGINT, answer)
    for number in held[:1]:
        signal.raise_signal(number)


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
