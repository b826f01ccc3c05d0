"""Persuasion: the utility by which a rep's skill moves the sales of its accounts as much as published effects say.

A study finds that sales of those who were trained rise by a factor. The utility of a call then follows from the
accounts themselves: their expected sales under the logit of choice are

    S(δ) = Σ_i Σ_c w_ic · σ(l_ic + δ·pull_i),

w the money of the customer's occasions, l the log odds that an offer of ours is taken on one, pull the rep's relationship with
the account relative to that with the others. :func:`persuade` finds the δ of each rep with S(δ) = factor · S(0). Sales cannot
grow beyond what accounts need: where the factor is out of reach, δ stays at :data:`FARTHEST`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit, jit_bare
from sim.kernels.choice import known, utility, weight_of_tie
from sim.kernels.threads import BLOCK

if TYPE_CHECKING:
    from sim.kernels.board import OfferBoard
    from sim.kernels.choice import Choosers
    from sim.params.customer_numbers import ChoiceNumbers

Reals = NDArray[np.floating[Any]]

#: Largest utility searched; at 8 an offer that one in a thousand takes is taken by three of four.
FARTHEST = 8.0

#: Log odds of an occasion on which nothing of ours can be chosen; and least weight of all else where nothing else can.
NEVER_OURS, LEAST = -1e9, 1e-300

_STEPS, _CLOSE = 60, 1e-10


@jit
def odds_of_ours(
    first: Whole,
    last: Whole,
    rows: NDArray[np.uint32],
    units: NDArray[np.float64],
    who: Choosers,
    board: OfferBoard,
    numbers: ChoiceNumbers,
    odds: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> None:
    """Log odds that the customers in ``rows`` take an offer of ours [n, C], and the money of ``units`` [n, C] at its mean price then [n, C].

    For blocks ``first`` to ``last`` of ``rows``, without persuasion; in minor units. Where nothing is needed, nothing is computed:
    odds are :data:`NEVER_OURS` there. On an occasion for a durable buying nothing does not count: the need stays, and
    the customer looks again.
    """
    score, weight = np.empty(board.brand.size, np.float64), np.empty(board.brand.size, np.float64)
    for k in range(first * BLOCK, min(last * BLOCK, rows.size)):
        _weigh(rows[k], units[k], who, board, numbers, score, weight)
        _sum_up(rows[k], units[k], who, board, score, weight, odds[k], worth[k])


@jit_bare
def _weigh(
    i: Whole,
    units: NDArray[np.float64],
    who: Choosers,
    board: OfferBoard,
    numbers: ChoiceNumbers,
    score: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> None:
    """Utility of each offer, ``score`` [J], and exp of minus its distance to the largest before it, ``weight`` [J].

    Sums are kept relative to the largest utility so far. All exponentials of a customer are computed together: none
    waits for another, as each would in the sums (measured for 15,600 accounts and 13 offers: 3.5 → 3.1 ms).
    """
    per_tie = weight_of_tie(i, who)
    for c in range(units.size):
        if units[c] > 0.0:
            top = np.float64(board.outside[c])
            for j in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                there = known(i, j, who, board)
                score[j] = np.float64(utility(i, j, per_tie, who, board, numbers)) if there else -np.inf
                weight[j] = -np.abs(score[j] - top)
                top = max(top, score[j])
    for c in range(units.size):
        if units[c] > 0.0:
            for j in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                weight[j] = np.exp(weight[j])


@jit_bare
def _sum_up(
    i: Whole,
    units: NDArray[np.float64],
    who: Choosers,
    board: OfferBoard,
    score: NDArray[np.float64],
    weight: NDArray[np.float64],
    odds: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> None:
    """``odds`` [C] and ``worth`` [C] of one customer from what :func:`_weigh` found."""
    for c in range(units.size):
        odds[c], worth[c] = NEVER_OURS, 0.0
        if units[c] > 0.0:
            top = np.float64(board.outside[c])
            ours, paid, rest = 0.0, 0.0, 0.0 if board.durable[c] else 1.0
            for j in range(np.uint32(board.first[c]), np.uint32(board.first[c + 1])):
                higher = score[j] > top
                less, more = (weight[j], 1.0) if higher else (1.0, weight[j])
                ours, paid, rest = ours * less, paid * less, rest * less
                top = score[j] if higher else top
                if board.own[j]:
                    ours += more
                    asked = more * board.price_minor[who.distributor[i], who.price_group[i], j]
                    paid += asked * (1.0 - who.rebate[i, j]) if who.rebate.shape[1] > 0 else asked
                else:
                    rest += more
            if ours > 0.0:
                odds[c], worth[c] = np.log(ours) - np.log(max(rest, LEAST)), units[c] * (paid / ours)


@jit_bare
def persuade(
    rep: Whole,
    end_rep: Whole,
    first: NDArray[np.int64],
    worth: NDArray[np.float64],
    odds: NDArray[np.float64],
    share: NDArray[np.float64],
    pull: NDArray[np.float64],
    factor: NDArray[np.float64],
    strength: NDArray[np.float64],
) -> None:
    """``strength`` [R]: the δ by which the sales of each rep's accounts are ``factor`` [R] times what they are without.

    For reps from ``rep`` to ``end_rep``. The accounts of rep r are the places ``first[r]`` to ``first[r + 1]`` of ``worth``
    [n, C] (money of occasions a week), ``odds`` [n, C], ``share`` [n, C] (σ of the odds, which the caller has) and
    ``pull`` [n] ≥ 0. Newton's steps, kept within a shrinking bracket.
    """
    for r in range(rep, end_rep):
        strength[r] = 0.0
        start, end = first[r], first[r + 1]
        usual, slope = _usual_sales(start, end, worth, share, pull)
        if usual <= 0.0 or factor[r] == 1.0:
            continue
        low, high = (0.0, FARTHEST) if factor[r] > 1.0 else (-FARTHEST, 0.0)
        delta, sales = 0.0, usual
        for step in range(_STEPS):
            if step > 0:
                sales, slope = _sales(start, end, worth, odds, pull, delta)
            gap = factor[r] * usual - sales
            if abs(gap) <= _CLOSE * usual:
                break
            if gap > 0.0:
                low = delta
            else:
                high = delta
            delta = delta + gap / slope if slope > 0.0 else low
            if not low < delta < high:
                delta = 0.5 * (low + high)
            if high - low < _CLOSE:
                break
        strength[r] = delta


@jit_bare
def _usual_sales(
    start: Whole, end: Whole, worth: NDArray[np.float64], share: NDArray[np.float64], pull: NDArray[np.float64]
) -> tuple[float, float]:
    """What :func:`_sales` gives at δ = 0."""
    sales, slope = 0.0, 0.0
    for k in range(start, end):
        for c in range(share.shape[1]):
            if worth[k, c] > 0.0:
                sales += worth[k, c] * share[k, c]
                slope += worth[k, c] * share[k, c] * (1.0 - share[k, c]) * pull[k]
    return sales, slope


@jit_bare
def _sales(
    start: Whole,
    end: Whole,
    worth: NDArray[np.float64],
    odds: NDArray[np.float64],
    pull: NDArray[np.float64],
    delta: float,
) -> tuple[float, float]:
    """Expected sales a week of the accounts from ``start`` to ``end`` under δ, and how they move with it."""
    sales, slope = 0.0, 0.0
    for k in range(start, end):
        for c in range(odds.shape[1]):
            if worth[k, c] > 0.0:
                share = 1.0 / (1.0 + np.exp(-(odds[k, c] + delta * pull[k])))
                sales += worth[k, c] * share
                slope += worth[k, c] * share * (1.0 - share) * pull[k]
    return sales, slope
