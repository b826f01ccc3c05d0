"""Talk: changes of what customers say are pushed to the neighbours who hear it.

Each customer keeps the net talk of weak and of strong ties about each brand in half units; only the few who changed
their mind this week push a difference, instead of every customer reading all neighbours. Differences are integers, so
their order does not matter; with several threads each adds only to rows of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit, jit_bare, sealed
from sim.kernels.experience import TalkChanges, half_units
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, threads_for

if TYPE_CHECKING:
    from sim.network import Network
    from sim.state.customers import Customers

Counts = NDArray[np.int16]

_STRETCH = 1024


def talk_of(rows: NDArray[np.integer[Any]], speaks: NDArray[np.int8], ill: int) -> TalkChanges:
    """What the customers in ``rows`` [n] say, ``speaks`` [n, B], as changes from silence; ``ill`` weighs ill talk."""
    place, brand = np.nonzero(speaks)
    weight = np.array([half_units(np.int8(says), np.int32(ill)) for says in (-1, 0, 1)], dtype=np.int16)
    return TalkChanges(rows[place].astype(np.uint32), brand.astype(np.int8), weight[speaks[place, brand] + 1])


def pass_on(customers: Customers, network: Network, changes: TalkChanges) -> None:
    """Let neighbours hear ``changes``; writes ``talk_weak`` and ``talk_strong``. Nothing is stored where there are no ties."""
    if len(network.neighbours) == 0:
        return
    rows = len(customers)
    talk = (customers.writable("talk_weak"), customers.writable("talk_strong"))
    ties = (network.indptr, network.strong_end, network.neighbours)
    run_blocks(push_talk, blocks_of(rows), threads_for(rows), sealed(changes), *ties, *talk)


@jit
def push_talk(
    first: Whole,
    last: Whole,
    changes: TalkChanges,
    indptr: NDArray[np.int64],
    strong_end: NDArray[np.int64],
    neighbours: NDArray[np.uint32],
    talk_weak: Counts,
    talk_strong: Counts,
) -> None:
    """Add ``changes`` to ``talk_weak``, ``talk_strong`` int16[N, B] of neighbours in the blocks ``first`` to ``last`` of rows."""
    listed = np.empty(_STRETCH + 1, np.int64)
    for start in range(0, changes.brand.size, _STRETCH):
        _push_stretch(first, last, start, changes, indptr, strong_end, neighbours, listed, talk_weak, talk_strong)


@jit_bare
def _push_stretch(
    first: Whole,
    last: Whole,
    start: Whole,
    changes: TalkChanges,
    indptr: NDArray[np.int64],
    strong_end: NDArray[np.int64],
    neighbours: NDArray[np.uint32],
    listed: NDArray[np.int64],
    talk_weak: Counts,
    talk_strong: Counts,
) -> None:
    low = np.uint32(first * BLOCK)
    span = np.uint32((last - first) * BLOCK)
    found = np.int64(0)
    for k in range(start, min(start + _STRETCH, changes.brand.size)):
        listed[found] = k
        found += changes.brand[k] >= 0
    listed[_STRETCH] = _warm(found, listed, changes.row, indptr, strong_end, neighbours)
    for f in range(found):
        k = listed[f]
        b = np.int64(changes.brand[k])
        i = changes.row[k]
        delta = changes.delta[k]
        for e in range(indptr[i], strong_end[i]):
            j = neighbours[e]
            if np.uint32(j - low) < span:
                talk_strong[j, b] += delta
        for e in range(strong_end[i], indptr[i + 1]):
            j = neighbours[e]
            if np.uint32(j - low) < span:
                talk_weak[j, b] += delta


@jit_bare
def _warm(
    found: Whole,
    listed: NDArray[np.int64],
    row: NDArray[np.uint32],
    indptr: NDArray[np.int64],
    strong_end: NDArray[np.int64],
    neighbours: NDArray[np.uint32],
) -> Whole:
    """Read the network's rows first, so that the misses overlap (see choice)."""
    total = np.int64(0)
    for f in range(found):
        i = row[listed[f]]
        total += indptr[i] + strong_end[i]
    for f in range(found):
        total += neighbours[min(indptr[row[listed[f]]], neighbours.size - 1)]
    return total


@jit_bare
def count_talk(first: Whole, last: Whole, speaks: NDArray[np.int8], ill: np.int32, total: NDArray[np.int64]) -> None:
    """Net talk of each block of customers in half units, ``total`` int64[blocks, B]: for a complete network."""
    for block in range(first, last):
        for b in range(speaks.shape[1]):
            net = 0
            for i in range(block * BLOCK, min((block + 1) * BLOCK, speaks.shape[0])):
                net += half_units(speaks[i, b], ill)
            total[block, b] = net
