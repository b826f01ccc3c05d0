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
from sim.kernels.threads import BLOCK
from sim.rng import draw32

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
    exposure = np.empty(BLOCK, hazard.dtype)
    listed = np.empty(BLOCK + 1, np.int32)
    keep_surely = hazard.dtype.type(1) - numbers.forgetting
    for block in range(first, last):
        start = block * BLOCK
        rows = min(BLOCK, keys.size - start)
        for b in range(hazard.shape[0]):
            with_visits = visits.size > 0 and visit_speaks[b] == 1
            _expose(start, rows, b, territory, talk_weak, talk_strong, hazard, numbers, exposure)
            if with_visits:
                for r in range(rows):
                    exposure[r] += numbers.visit * hazard.dtype.type(visits[start + r])
            _screen(
                luck,
                np.uint64(b),
                keys[start : start + rows],
                aware[start : start + rows],
                exposure,
                keep_surely,
                flags,
            )
            for k in range(flagged_rows(flags, rows, listed)):
                r = listed[k]
                _decide(luck, b, start + r, keys, exposure[r], numbers.forgetting, aware)


@jit
def _expose(
    start: int,
    rows: int,
    b: int,
    territory: NDArray[np.uint16],
    talk_weak: Counts,
    talk_strong: Counts,
    hazard: Reals,
    numbers: SpreadNumbers,
    exposure: Reals,
) -> None:
    """Sum of the cumulative hazards of learning of brand ``b``, except visits."""
    real = hazard.dtype.type
    of_brand = hazard[b]
    weak, strong = talk_weak[start : start + rows, b], talk_strong[start : start + rows, b]
    for r in range(rows):
        exposure[r] = of_brand[territory[start + r]]
    for r in range(rows):
        exposure[r] += numbers.weak * real(max(weak[r], 0)) + numbers.strong * real(max(strong[r], 0))


@jit
def _screen(
    luck: np.uint64,
    b: np.uint64,
    keys: NDArray[np.uint64],
    aware: Bytes,
    exposure: Reals,
    keep_surely: Any,
    flags: Bytes,
) -> None:
    """Flag the few rows that may change: ``1 − exp(−H) ≤ H`` and ``f·exp(−H) ≤ f`` avoid the exponential for the rest."""
    bit = np.uint8(_ONE << np.uint8(b))
    for r in range(keys.size):
        u = draw32(luck, np.uint64(keys[r]), b)
        flags[r] = u < exposure[r] if aware[r] & bit == 0 else u >= keep_surely


@jit
def _decide(
    luck: np.uint64, b: int, i: int, keys: NDArray[np.uint64], exposure: Any, forgetting: Any, aware: Bytes
) -> None:
    """The exact comparison, in double precision so that rounding cannot break monotonicity.

    ``h − h²/2 ≤ 1 − exp(−h) ≤ h`` settles most cases without the exponential.
    """
    u = np.float64(draw32(luck, np.uint64(keys[i]), np.uint64(b)))
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
