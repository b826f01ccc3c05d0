"""How kernels share work among threads: blocks of rows, and how many threads work on them.

Each block of :data:`BLOCK` rows is worked by one thread, and no result depends on which one: every block writes to
memory of its own, and sums over blocks are sums of integers. Threads are plain Python threads (compiled code releases
the interpreter lock), not numba's ``prange``: one compiled version serves any number of threads, compiling takes half
the time, no threading layer breaks when a caller has threads or forks of its own, and the cache holds no second
variant that could be confused with the first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

#: Rows in one block.
BLOCK = 4096

#: Below this many rows the hand-over to a second thread costs more than it saves.
ROWS_PER_THREAD = 25_000

#: More than any machine can use: a larger number in the environment is a typing error.
MOST_THREADS = 256

_ENVIRONMENT = "DEEPMARKET_THREADS"


class _Crew:
    """The helper threads of this process, made when first needed."""

    def __init__(self) -> None:
        given = os.environ.get(_ENVIRONMENT) or os.environ.get("NUMBA_NUM_THREADS") or ""
        usable = len(os.sched_getaffinity(0))
        self.threads = min(int(given), MOST_THREADS) if given.isdigit() and int(given) > 0 else usable
        self.pool: ThreadPoolExecutor | None = None

    def helpers(self) -> ThreadPoolExecutor:
        if self.pool is None:
            self.pool = ThreadPoolExecutor(max(self.threads - 1, 1), thread_name_prefix="kernel")
        return self.pool

    def forget(self) -> None:
        self.pool = None


_crew = _Crew()
os.register_at_fork(after_in_child=_crew.forget)


def set_threads(threads: int) -> None:
    """Use at most ``threads`` threads per kernel in this process (default: ``DEEPMARKET_THREADS`` or all cores)."""
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    _crew.threads = threads
    if _crew.pool is not None:
        _crew.pool.shutdown()
        _crew.pool = None


def threads_for(rows: int) -> int:
    """Number of threads worth using on ``rows`` rows: one below 50,000."""
    if rows < 2 * ROWS_PER_THREAD:
        return 1
    return min(_crew.threads, rows // ROWS_PER_THREAD)


def blocks_of(rows: int) -> int:
    """Number of blocks that hold ``rows`` rows."""
    return -(-rows // BLOCK)


def run_blocks(kernel: Callable[..., None], blocks: int, threads: int, *args: Any) -> None:
    """Call ``kernel(first, last, *args)`` on contiguous shares of ``blocks`` blocks, one share per thread."""
    if threads <= 1 or blocks < 2:
        kernel(0, blocks, *args)
        return
    edges = [blocks * share // threads for share in range(threads + 1)]
    helpers = _crew.helpers()
    waiting = [helpers.submit(kernel, edges[t], edges[t + 1], *args) for t in range(1, threads)]
    kernel(edges[0], edges[1], *args)
    for task in waiting:
        task.result()
