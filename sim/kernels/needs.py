"""Needs: who is in the market this week, and for what.

Consumables: a Poisson *count* of occasions a week with mean λ_i × season × trend, by inverse CDF of one draw.
Durables: a need opens with a hazard by age of what is owned, or with a first-need hazard for those who own
nothing, and stays open until something is bought. The result is the compact list of this week's occasions in
order of rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit, jit_bare
from sim.kernels.compress import flagged_rows
from sim.kernels.draws import draw_all
from sim.kernels.threads import BLOCK
from sim.rng import draw32

if TYPE_CHECKING:
    from sim.kernels.board import NeedBoard

Reals = NDArray[np.floating[Any]]
Bytes = NDArray[np.uint8]

#: Most consumable occasions of one customer in one week; more are not counted.
MOST_OCCASIONS = 100

#: Number of the occasion to buy a durable of category c: this + c, whatever else the customer buys.
DURABLE_OCCASION = 128

#: Occasions of one week have numbers below this one. An order of week w that waits is given its number + this × (w + 1):
#: no other order of the customer can have it, and 256 × number + offer, the index of draws, stays below 2^32 for
#: 65,535 weeks.
NUMBERS_A_WEEK = 256

#: Index of the draw for looking for a durable of category c: this + c.
_SEARCH_INDEX = 64

_ONE = np.uint8(1)


class Occasions(NamedTuple):
    """Occasions to buy, in order of rows; ``start`` [blocks + 1] says where each block of customers begins."""

    row: NDArray[np.uint32]
    category: Bytes
    number: NDArray[np.uint32]
    start: NDArray[np.int64]


@jit
def count_needs(
    first: int,
    last: int,
    occasion_luck: np.uint64,
    need_luck: np.uint64,
    tick: int,
    keys: NDArray[np.uint64],
    type_: Bytes,
    territory: NDArray[np.uint16],
    purchase_rate: Reals,
    owned: NDArray[np.int8],
    bought_week: NDArray[np.int32],
    board: NeedBoard,
    need_open: Bytes,
    in_market: NDArray[np.uint32],
    counts: Bytes,
    sizes: NDArray[np.int64],
) -> None:
    """Open needs for durables and count occasions of the rows in blocks ``first`` to ``last``.

    Out: ``need_open`` uint8[N]; the rows in the market of each block at the block's place in ``in_market``
    uint32[N], their consumable occasions in ``counts`` uint8[N]; ``sizes`` int64[2, blocks]: rows and occasions.
    """
    flags = np.empty(BLOCK, np.uint8)
    listed = np.empty(BLOCK + 1, np.int32)
    drawn = np.empty(BLOCK, np.float32)
    busiest = np.max(board.activity)
    ceiling = _ceilings(board)
    for block in range(first, last):
        _count_block(
            block,
            occasion_luck,
            need_luck,
            tick,
            keys,
            type_,
            territory,
            purchase_rate,
            owned,
            bought_week,
            board,
            need_open,
            in_market,
            counts,
            sizes,
            flags,
            listed,
            drawn,
            busiest,
            ceiling,
        )


@jit_bare
def _count_block(
    block: int,
    occasion_luck: np.uint64,
    need_luck: np.uint64,
    tick: int,
    keys: NDArray[np.uint64],
    type_: Bytes,
    territory: NDArray[np.uint16],
    purchase_rate: Reals,
    owned: NDArray[np.int8],
    bought_week: NDArray[np.int32],
    board: NeedBoard,
    need_open: Bytes,
    in_market: NDArray[np.uint32],
    counts: Bytes,
    sizes: NDArray[np.int64],
    flags: Bytes,
    listed: NDArray[np.int32],
    drawn: NDArray[np.float32],
    busiest: Any,
    ceiling: Reals,
) -> None:
    start = block * BLOCK
    end = min(start + BLOCK, keys.size)
    rows = end - start
    for c in range(board.durable.size):
        if ceiling[c] > 0:
            draw_all(need_luck, keys[start:end], np.uint64(c), drawn)
            for r in range(rows):
                flags[r] = drawn[r] < ceiling[c]
            for k in range(flagged_rows(flags, rows, listed)):
                r = listed[k]
                if drawn[r] < _need_hazard(c, start + r, tick, type_, owned, bought_week, board):
                    need_open[start + r] |= np.uint8(_ONE << np.uint8(c))
    draw_all(occasion_luck, keys[start:end], np.uint64(0), drawn)
    _screen(drawn, busiest, purchase_rate[start:end], need_open[start:end], flags)
    found = 0
    occasions = 0
    for k in range(flagged_rows(flags, rows, listed)):
        i = start + listed[k]
        rate = board.activity[territory[i], type_[i]]
        rate *= purchase_rate[i]
        n = poisson_count(drawn[listed[k]], rate)
        total = n
        if need_open[i]:
            for c in range(board.durable.size):
                total += _looks_for(need_luck, c, keys[i], need_open[i], board)
        in_market[start + found] = i
        counts[start + found] = n
        found += total > 0
        occasions += total
    sizes[0, block] = found
    sizes[1, block] = occasions


@jit_bare
def list_occasions(
    first: int,
    last: int,
    luck: np.uint64,
    need_luck: np.uint64,
    keys: NDArray[np.uint64],
    type_: Bytes,
    need_open: Bytes,
    in_market: NDArray[np.uint32],
    counts: Bytes,
    sizes: NDArray[np.int64],
    board: NeedBoard,
    out: Occasions,
) -> None:
    """Write the occasions that :func:`count_needs` found; each block's to its place ``out.start``."""
    for block in range(first, last):
        place = out.start[block]
        for f in range(block * BLOCK, block * BLOCK + sizes[0, block]):
            i = in_market[f]
            for n in range(counts[f]):
                u = draw32(luck, np.uint64(keys[i]), np.uint64(n))
                c = 0
                while c < board.mix.shape[1] - 1 and u >= board.mix[type_[i], c]:
                    c += 1
                out.row[place] = i
                out.category[place] = c
                out.number[place] = n
                place += 1
            if need_open[i]:
                for c in range(board.durable.size):
                    if _looks_for(need_luck, c, keys[i], need_open[i], board):
                        out.row[place] = i
                        out.category[place] = c
                        out.number[place] = DURABLE_OCCASION + c
                        place += 1


@jit_bare
def _screen(drawn: NDArray[np.float32], busiest: Any, purchase_rate: Reals, need_open: Bytes, flags: Bytes) -> None:
    """Flag rows that may have an occasion where activity is highest, ``busiest``: ``1 − exp(−λ) ≤ λ``; and those with an open need."""
    for r in range(purchase_rate.size):
        flags[r] = (drawn[r] < busiest * purchase_rate[r]) | (need_open[r] != 0)


@jit
def _ceilings(board: NeedBoard) -> Reals:
    """Highest probability of a need per tick by durable category; 0 for consumables."""
    ceiling = np.zeros(board.durable.size, board.replacement.dtype)
    for c in range(board.durable.size):
        if board.durable[c]:
            for age in range(board.replacement.shape[1]):
                ceiling[c] = max(ceiling[c], board.replacement[c, age])
            for k in range(board.first_need.shape[0]):
                ceiling[c] = max(ceiling[c], board.first_need[k, c])
    return ceiling


@jit_bare
def _need_hazard(
    c: int,
    i: int,
    tick: int,
    type_: Bytes,
    owned: NDArray[np.int8],
    bought_week: NDArray[np.int32],
    board: NeedBoard,
) -> Any:
    """Probability that a need for durable ``c`` opens this tick."""
    if owned[i, c] < 0:
        return board.first_need[type_[i], c]
    age = min(max(tick - bought_week[i, c], 0), board.replacement.shape[1] - 1)
    return board.replacement[c, age]


@jit_bare
def poisson_count(u: np.float32, mean: Any) -> int:
    """Poisson count by inverse CDF: the n with P(N > n) ≤ u < P(N ≥ n). A larger mean never gives a smaller count."""
    rate = np.float64(mean)
    if u >= rate:
        return 0
    pair = 0.5 * rate * rate
    if pair <= u < rate - pair:  # P(N ≥ 2) ≤ λ²/2 and λ − λ²/2 ≤ P(N ≥ 1): no exponential needed
        return 1
    term = np.exp(-rate)
    beyond = 1.0 - term
    n = 0
    while u < beyond and n < MOST_OCCASIONS:
        n += 1
        term *= rate / n
        beyond -= term
    return n


@jit_bare
def _looks_for(luck: np.uint64, c: int, key: np.uint64, need_open: np.uint8, board: NeedBoard) -> bool:
    """Whether a customer with an open need for durable ``c`` looks for an offer this tick."""
    if (need_open >> np.uint8(c)) & _ONE == 0:
        return False
    return bool(board.search >= 1) or draw32(luck, np.uint64(key), np.uint64(_SEARCH_INDEX + c)) < board.search
