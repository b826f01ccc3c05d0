"""Spread of awareness: advertising, visits and word of mouth make brands known; without a reminder they are forgotten.

One draw u per customer, brand and week decides both ways. With H the sum of all cumulative hazards of learning,

* who does not know the brand learns of it if ``u < 1 − exp(−H)``,
  which is ``1−(1−α_ad)(1−α_visit)^visits(1−β_w)^m(1−β_s)^s`` (Goldenberg, Libai & Muller 2001);
* who knows it keeps it if ``u < 1 − f·exp(−H)``: forgets with probability f unless reminded.

The second bound is never below the first and both rise with H, so under the same draws more advertising, one
more visit or more talk never lowers awareness, now or later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit, jit_bare
from sim.kernels.compress import flagged_rows
from sim.kernels.draws import draw_all
from sim.kernels.threads import BLOCK

if TYPE_CHECKING:
    from sim.params.customer_numbers import SpreadNumbers

Reals = NDArray[np.floating[Any]]
Bytes = NDArray[np.uint8]
Counts = NDArray[np.int16]

_ONE = np.uint8(1)


@jit_bare
def count_calls(row: NDArray[np.int64], calls: NDArray[np.int64], called: Bytes) -> None:
    """Add up the calls on each row, at most 255."""
    for k in range(row.size):
        called[row[k]] = min(np.int64(called[row[k]]) + calls[k], 255)


@jit
def spread_awareness(
    first: int,
    last: int,
    luck: np.uint64,
    keys: NDArray[np.uint64],
    territory: NDArray[np.uint16],
    talk_weak: Counts,
    talk_strong: Counts,
    visits: Bytes,
    visit_speaks: Bytes,
    hazard: Reals,
    numbers: SpreadNumbers,
    aware: Bytes,
) -> None:
    """Update ``aware`` uint8[N] (bit per brand) of the rows in blocks ``first`` to ``last``.

    ``hazard`` [B, T]: cumulative hazard per tick of advertising (and of all customers' talk in a complete network);
    ``talk_weak``, ``talk_strong`` int16[N, B] in half units, a negative net counts as 0; ``visits`` uint8[N], empty
    for none; ``visit_speaks`` uint8[B]: 1 for brands that a visit makes known.
    """
    flags = np.empty(BLOCK, np.uint8)
    exposure, luck_of = np.empty(BLOCK, hazard.dtype), np.empty(BLOCK, np.float32)
    listed = np.empty(BLOCK + 1, np.int32)
    keep_surely = hazard.dtype.type(1) - numbers.forgetting
    for block in range(first, last):
        start = block * BLOCK
        end = min(start + BLOCK, keys.size)
        rows = end - start
        for b in range(hazard.shape[0]):
            with_visits = visits.size > 0 and visit_speaks[b] == 1
            weak, strong = talk_weak[start:end, b], talk_strong[start:end, b]
            _expose(np.max(hazard[b]), weak, strong, numbers, exposure)
            if with_visits:
                for r in range(rows):
                    exposure[r] += numbers.visit * hazard.dtype.type(visits[start + r])
            draw_all(luck, keys[start:end], np.uint64(b), luck_of)
            _screen(luck_of, np.uint64(b), aware[start:end], exposure, keep_surely, flags)
            for k in range(flagged_rows(flags, rows, listed)):
                r = listed[k]
                i = start + r
                h = hazard[b, territory[i]] + _of_talk(weak[r], strong[r], numbers)
                if with_visits:
                    h += numbers.visit * hazard.dtype.type(visits[i])
                _decide(luck_of[r], b, i, h, numbers.forgetting, aware)


@jit_bare
def _expose(advertising: Any, weak: Counts, strong: Counts, numbers: SpreadNumbers, exposure: Reals) -> None:
    """Sum of the cumulative hazards of learning of one brand, except visits, where ``advertising`` is at its highest."""
    for r in range(weak.size):
        exposure[r] = advertising + _of_talk(weak[r], strong[r], numbers)


@jit_bare
def _of_talk(weak: np.int16, strong: np.int16, numbers: SpreadNumbers) -> Any:
    """Cumulative hazard of learning from neighbours; in 32 bits, which are converted several at a time."""
    friends, others = max(np.int32(strong), np.int32(0)), max(np.int32(weak), np.int32(0))
    return numbers.weak * np.float32(others) + numbers.strong * np.float32(friends)


@jit_bare
def _screen(luck: Reals, b: np.uint64, aware: Bytes, exposure: Reals, keep_surely: Any, flags: Bytes) -> None:
    """Flag the few rows that may change: ``1 − exp(−H) ≤ H`` and ``f·exp(−H) ≤ f`` avoid the exponential for the rest.

    The advertising in ``exposure`` is that of the territory with the most: what rises with H is looked up only for those who may learn at that.
    """
    bit = np.uint8(_ONE << np.uint8(b))
    for r in range(aware.size):
        knows = (aware[r] & bit) != 0
        flags[r] = (knows & (luck[r] >= keep_surely)) | ((not knows) & (luck[r] < exposure[r]))


@jit_bare
def _decide(luck: np.float32, b: int, i: int, exposure: Any, forgetting: Any, aware: Bytes) -> None:
    """The exact comparison, in double precision so that rounding cannot break monotonicity.

    ``h − h²/2 ≤ 1 − exp(−h) ≤ h`` settles most cases without the exponential.
    """
    u = np.float64(luck)
    h = np.float64(exposure)
    bit = np.uint8(_ONE << np.uint8(b))
    least = h - 0.5 * h * h
    if aware[i] & bit == 0:
        if u < least or u < -np.expm1(-h):
            aware[i] |= bit
    elif u >= 1.0 - np.float64(forgetting) * (1.0 - h) or (
        u >= 1.0 - np.float64(forgetting) * (1.0 - least) and u >= 1.0 - np.float64(forgetting) * np.exp(-h)
    ):
        aware[i] ^= bit
