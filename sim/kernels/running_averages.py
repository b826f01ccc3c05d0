"""Running averages of what customers buy: all fade a little every week, and those who bought gain."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit_bare, sealed_array
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, threads_for

Reals = NDArray[np.floating[Any]]


def fade_all(stock: Reals, keep: np.float32) -> None:
    """Multiply the running averages ``stock`` [N] by ``keep``, in place."""
    run_blocks(_fade, blocks_of(stock.size), threads_for(stock.size), keep, stock)


def add_events(stock: Reals, rows: NDArray[np.integer[Any]], amount: Reals) -> None:
    """Add ``amount`` [n] to ``stock`` [N] at ``rows`` [n], of which some may be the same."""
    _add(sealed_array(np.ascontiguousarray(rows, np.int64)), sealed_array(amount), stock)


@jit_bare
def _fade(first: Whole, last: Whole, keep: np.float32, stock: Reals) -> None:
    for i in range(first * BLOCK, min(last * BLOCK, stock.size)):
        stock[i] *= keep


@jit_bare
def _add(rows: NDArray[np.int64], amount: Reals, stock: Reals) -> None:
    for k in range(rows.size):
        stock[np.uint64(rows[k])] += amount[k]
