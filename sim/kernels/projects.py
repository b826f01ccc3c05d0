"""Projects: how many open this week, and the numbers that identify a customer's projects and their orders.

Openings are a Poisson count by customer, category and week, by inverse CDF of one keyed draw, as occasions are. Every
project of a customer has a number of its own, which keys all of its draws: its length, its deciders, its
size, and the Gumbel terms of its decision (which the kernel of choice draws at 256 × number + offer).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit, jit_bare, sealed_array
from sim.kernels.needs import poisson_count
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, threads_for
from sim.rng import draw32
from sim.stages import MOST_AT_START

Ints = NDArray[np.integer[Any]]
Reals = NDArray[np.floating[Any]]

#: Most projects of one customer in one category that open in one week.
MOST_A_WEEK = 64

_CATEGORIES = 8

#: An order with this number or a higher one belongs to a project; subtracting it gives the project's number. Neither occasions of a week nor
#: orders that wait (:data:`sim.kernels.needs.NUMBERS_A_WEEK`) reach it in 32,767 weeks, and 256 × number + offer stays
#: below 2^32.
PROJECT_ORDER = 2**23

_STRETCH = 512


class Openings(NamedTuple):
    """Who may open projects: pairs of customer and category with a rate above 0, in order of rows, then categories."""

    row: NDArray[np.int64]
    category: NDArray[np.int64]
    key: NDArray[np.uint64]
    rate: NDArray[np.float32]  # projects a week


def numbers_at_start(category: Ints, place: Ints) -> NDArray[np.int64]:
    """Numbers of projects open at the start: ``place`` counts those of a customer in one category from 0."""
    return np.asarray(MOST_AT_START * category + place, np.int64)


def numbers_of_week(week: int, category: Ints, place: Ints) -> NDArray[np.int64]:
    """Numbers of projects that open in ``week``, all above those at the start; ``place`` as there, of this week."""
    first = MOST_AT_START * _CATEGORIES + MOST_A_WEEK * _CATEGORIES * week
    return np.asarray(first + MOST_A_WEEK * category + place, np.int64)


def list_openings(
    luck: np.uint64, who: Openings, factor: float, most: int = MOST_A_WEEK
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Projects that open: the pair of ``who`` of each, and its place among those of the pair.

    Of each pair a Poisson count with mean rate × ``factor``, at most ``most``; in the order of pairs.
    """
    pairs, blocks = len(who.row), blocks_of(len(who.row))
    found, counts, sizes = np.empty(pairs, np.int32), np.empty(pairs, np.uint16), np.zeros(blocks, np.int64)
    run_blocks(
        _list_openings,
        blocks,
        threads_for(pairs),
        luck,
        sealed_array(who.key),
        sealed_array(who.category),
        sealed_array(who.rate),
        np.float32(factor),
        np.int64(most),
        found,
        counts,
        sizes,
    )
    if not sizes.any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    parts = [slice(BLOCK * block, BLOCK * block + size) for block, size in enumerate(sizes) if size]
    pair = np.concatenate([found[:0], *(found[part] for part in parts)]).astype(np.int64)
    each = np.concatenate([counts[:0], *(counts[part] for part in parts)]).astype(np.int64)
    first = np.repeat(np.cumsum(each) - each, each)
    return np.repeat(pair, each), np.arange(len(first)) - first


@jit
def _list_openings(
    first: int,
    last: int,
    luck: np.uint64,
    keys: NDArray[np.uint64],
    category: NDArray[np.int64],
    rate: NDArray[np.float32],
    factor: np.float32,
    most: np.int64,
    found: NDArray[np.int32],
    counts: NDArray[np.uint16],
    sizes: NDArray[np.int64],
) -> None:
    """Pairs of the blocks ``first`` to ``last`` in which a project opens, and how many, at each block's place."""
    noise = np.empty(_STRETCH, np.float32)
    for block in range(first, last):
        place = block * BLOCK
        end = min(place + BLOCK, keys.size)
        for start in range(block * BLOCK, end, _STRETCH):
            stop = min(start + _STRETCH, end)
            _draw(luck, keys[start:stop], category[start:stop], noise)
            for k in range(start, stop):
                u = noise[k - start]
                if u < rate[k] * factor:  # P(N ≥ 1) ≤ λ
                    n = poisson_count(u, rate[k] * factor)
                    found[place] = k
                    counts[place] = n if n < most else most
                    place += n > 0
        sizes[block] = place - block * BLOCK


@jit_bare
def _draw(luck: np.uint64, keys: NDArray[np.uint64], category: NDArray[np.int64], noise: NDArray[np.float32]) -> None:
    for k in range(keys.size):
        noise[k] = draw32(luck, np.uint64(keys[k]), np.uint64(category[k]))
