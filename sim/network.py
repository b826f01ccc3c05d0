"""Who talks to whom: ties between customers as compressed rows, strong ties first in each row.

Generators use keyed draws only. A *complete* network, in which all talk to all, is counted and
not stored: it has no ties, and word of mouth takes the population's counts instead of neighbours'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.jit import Whole, jit, sealed_array
from sim.quantity import MOST_TIES
from sim.rng import Decision, draw, mix, stream

if TYPE_CHECKING:
    import networkx as nx

#: Rows of customers, and their keys.
Rows = NDArray[np.uint32]
Keys = NDArray[np.uint64]
Starts = NDArray[np.int64]

_TRIES = 64


@dataclass(frozen=True)
class Network:
    """Ties of N customers, each tie in the rows of both ends.

    Row i's neighbours are ``neighbours[indptr[i]:indptr[i+1]]``; those before ``strong_end[i]`` are its strong
    ties. ``indptr`` int64[N+1], ``strong_end`` int64[N], ``neighbours`` uint32[ties·2].
    """

    indptr: Starts
    strong_end: Starts
    neighbours: Rows
    complete: bool = False

    def __len__(self) -> int:
        return len(self.strong_end)

    @property
    def degree(self) -> Starts:
        """Number of ties of each customer, int64[N]."""
        return np.diff(self.indptr)


def no_ties(rows: int, *, complete: bool = False) -> Network:
    """A network of ``rows`` customers without stored ties; ``complete`` if all talk to all."""
    return _sealed(np.zeros(rows + 1, np.int64), np.zeros(rows, np.int64), np.empty(0, np.uint32), complete)


def small_world(
    keys: Keys,
    *,
    degree: int,
    rewiring: float,
    strong_share: float,
    seed: int,
    groups: NDArray[np.integer[Any]] | None = None,
    homophily: float = 0.0,
) -> Network:
    """Watts–Strogatz network (1998): a ring where each has ``degree`` nearest neighbours, some ties rewired at random.

    Places on the ring follow ``keys`` [N], which are distinct, so that the order of rows does not matter.
    ``degree`` is even and below the number of customers. A rewired tie that would lead to another group is drawn
    again with probability ``homophily``. Each tie is strong with probability ``strong_share``. Raises InputError
    for a degree that does not fit.
    """
    rows = len(keys)
    if degree % 2 or degree < 0 or degree >= max(rows, 1):
        raise InputError(
            "params.network.degree",
            f"{degree} ties per customer among {rows} customers",
            "an even number below the customers",
        )
    if degree == 0:
        return no_ties(rows)
    labels = np.zeros(0 if homophily == 0.0 else rows, np.int64) if groups is None else np.asarray(groups, np.int64)
    keys = np.ascontiguousarray(keys, np.uint64)
    ring = np.argsort(keys, kind="stable") if (keys[1:] < keys[:-1]).any() else None  # rows are usually in order
    ends = _ring(
        sealed_array(keys if ring is None else keys[ring]),
        degree // 2,
        float(rewiring),
        sealed_array(labels if ring is None or not len(labels) else labels[ring]),
        float(homophily),
        stream(seed, Decision.TIE_REWIRED, 0),
        stream(seed, Decision.TIE_TARGET, 0),
    )
    starts, ends = np.repeat(np.arange(rows, dtype=np.uint32), degree // 2), ends.ravel()
    if ring is not None:
        starts, ends = (ring[places].astype(np.uint32) for places in (starts, ends))
    return _compressed(keys, starts, ends, strong_share, seed)


def from_edges(
    keys: Keys,
    first: NDArray[np.integer[Any]],
    second: NDArray[np.integer[Any]],
    *,
    strong: NDArray[np.bool_] | None = None,
    strong_share: float = 0.0,
    seed: int = 0,
    place: str = "edge list",
) -> Network:
    """Network from a list of ties between rows; ``strong`` marks strong ties, else they are drawn by ``strong_share``.

    A tie named twice (either way round) counts once, strong if any mention is. Raises InputError for a row that
    does not exist or a tie of a customer with itself.
    """
    rows = len(keys)
    a, b = np.asarray(first, np.int64), np.asarray(second, np.int64)
    bad = np.flatnonzero((a < 0) | (b < 0) | (a >= rows) | (b >= rows))
    if bad.size:
        raise InputError(f"{place}, row {bad[0] + 1}", f"tie {a[bad[0]]}–{b[bad[0]]}", f"customers 0..{rows - 1}")
    loops = np.flatnonzero(a == b)
    if loops.size:
        raise InputError(f"{place}, row {loops[0] + 1}", f"customer {a[loops[0]]} is tied to itself", "two customers")
    ties = np.bincount(np.concatenate((a, b)), minlength=rows)
    if ties.size and ties.max() > MOST_TIES:
        raise InputError(place, f"customer {ties.argmax()} has {ties.max()} ties", f"at most {MOST_TIES}")
    code = np.minimum(a, b) * rows + np.maximum(a, b)
    unique, place_of = np.unique(code, return_inverse=True)
    low, high = (unique // rows).astype(np.uint32), (unique % rows).astype(np.uint32)
    if strong is None:
        return _compressed(keys, low, high, strong_share, seed)
    marked = np.zeros(len(unique), np.bool_)
    np.logical_or.at(marked, place_of, np.asarray(strong, np.bool_))
    return _sealed(*_rows(rows, low, high, marked), False)


def from_networkx(graph: nx.Graph[Any], keys: Keys) -> Network:
    """Network from a graph on nodes 0..N-1; an edge attribute ``strong`` marks strong ties."""
    edges = [(a, b, bool(strong)) for a, b, strong in graph.edges(data="strong", default=False)]
    table = np.array([(a, b) for a, b, _ in edges], np.int64).reshape(-1, 2)
    marks = np.array([strong for _, _, strong in edges], np.bool_)
    return from_edges(keys, table[:, 0], table[:, 1], strong=marks, place="graph")


def to_networkx(network: Network) -> nx.Graph[Any]:
    """The ties as a graph on nodes 0..N-1 with edge attribute ``strong``."""
    import networkx

    graph: nx.Graph[Any] = networkx.Graph()
    graph.add_nodes_from(range(len(network)))
    owner = np.repeat(np.arange(len(network)), network.degree)
    strong = np.arange(len(network.neighbours)) < network.strong_end[owner]
    once = owner < network.neighbours
    graph.add_edges_from(
        (int(a), int(b), {"strong": bool(s)})
        for a, b, s in zip(owner[once], network.neighbours[once], strong[once], strict=True)
    )
    return graph


def _compressed(keys: Keys, low: Rows, high: Rows, strong_share: float, seed: int) -> Network:
    luck = stream(seed, Decision.TIE_STRONG, 0)
    strong = _drawn_strong(np.ascontiguousarray(keys, np.uint64), low, high, float(strong_share), luck)
    return _sealed(*_rows(len(keys), low, high, strong), False)


def _sealed(indptr: Starts, strong_end: Starts, neighbours: Rows, complete: bool) -> Network:
    return Network(sealed_array(indptr), sealed_array(strong_end), sealed_array(neighbours), complete)


@jit
def _ring(
    keys: Keys, half: int, rewiring: float, groups: Starts, homophily: float, luck: np.uint64, targets: np.uint64
) -> Rows:
    """Place at the other end of each tie [places, half]; ``keys`` and ``groups`` by place on the ring."""
    rows = len(keys)
    ends = np.empty((rows, half), np.uint32)
    for i in range(rows):
        for k in range(half):
            ends[i, k] = (i + k + 1) % rows
    for k in range(half):
        for i in range(rows):
            if draw(luck, np.uint64(keys[i]), np.uint64(k)) >= rewiring:
                continue
            for attempt in range(_TRIES):
                place = np.uint64(k + 65536 * (2 * attempt))
                j = np.int64(draw(targets, np.uint64(keys[i]), place) * rows)
                if homophily > 0.0 and groups[j] != groups[i]:
                    again = draw(targets, np.uint64(keys[i]), np.uint64(k + 65536 * (2 * attempt + 1)))
                    if again < homophily:
                        continue
                if j != i and not _tied(ends, i, j) and not _tied(ends, j, i):
                    ends[i, k] = j
                    break
    return ends


@jit
def _tied(ends: Rows, i: Whole, j: Whole) -> bool:
    for k in range(ends.shape[1]):
        if ends[i, k] == j:
            return True
    return False


@jit
def _drawn_strong(keys: Keys, low: Rows, high: Rows, share: float, luck: np.uint64) -> NDArray[np.bool_]:
    strong = np.empty(len(low), np.bool_)
    for e in range(len(low)):
        a, b = keys[low[e]], keys[high[e]]
        both = mix(np.uint64(min(a, b))) + np.uint64(max(a, b))  # one entity of two keys of 64 bits
        strong[e] = draw(luck, both, np.uint64(0)) < share
    return strong


@jit
def _rows(rows: int, low: Rows, high: Rows, strong: NDArray[np.bool_]) -> tuple[Starts, Starts, Rows]:
    """Both directions of each tie by row, strong ones first: (indptr, strong_end, neighbours)."""
    # Counts in 32 bits and no copies: with ten million customers memory peaks here.
    ties = np.zeros(rows, np.uint32)
    weak_left = np.zeros(rows, np.uint32)
    one = np.uint32(1)
    for e in range(len(low)):
        weak = np.uint32(not strong[e])
        ties[low[e]] += one
        ties[high[e]] += one
        weak_left[low[e]] += weak
        weak_left[high[e]] += weak
    indptr = np.zeros(rows + 1, np.int64)
    strong_end = np.empty(rows, np.int64)
    for i in range(rows):
        indptr[i + 1] = indptr[i] + ties[i]
        strong_end[i] = indptr[i + 1] - weak_left[i]
    strong_left = ties  # from here on: places of strong ties not yet taken
    for i in range(rows):
        strong_left[i] -= weak_left[i]
    neighbours = np.empty(indptr[rows], np.uint32)
    for e in range(len(low)):
        for way in range(2):
            a, b = (low[e], high[e]) if way == 0 else (high[e], low[e])
            if strong[e]:
                neighbours[strong_end[a] - strong_left[a]] = b
                strong_left[a] -= one
            else:
                neighbours[indptr[a + 1] - weak_left[a]] = b
                weak_left[a] -= one
    return indptr, strong_end, neighbours
