"""Choice: on each occasion a customer takes the best among the known, available offers and buying nothing.

Utility of offer j of brand b for customer i, after Guadagni & Little (1983):

    appeal_j + w_i·x_j + b_L·loyalty − b_i·price·(1 − rebate) + b_S·(satisfaction − neutral) + b_R·relationship with the seller's rep
    + b_N·share of neighbours who own b and speak well of it
    + (w_i − w_usual)·v_j (variants of ours, by price group)
    + persuasion (ours only)

plus a Gumbel draw keyed by customer, offer, week and occasion. Nothing else is random, so raising one utility can
only move customers towards that offer.

Persuasion is what the skill of the customer's rep adds (:mod:`sim.kernels.persuasion`). It is kept separate: what would
have been chosen anyway, by the same draws, is computed as well as what is chosen, because habit follows the former.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit, jit_bare
from sim.kernels.gumbel import gumbel_of
from sim.kernels.needs import DURABLE_OCCASION
from sim.kernels.normal import normal_quantile
from sim.kernels.threads import BLOCK
from sim.rng import draw, draw32

if TYPE_CHECKING:
    from sim.kernels.board import OfferBoard
    from sim.kernels.needs import Occasions
    from sim.params.customer_numbers import ChoiceNumbers

Reals = NDArray[np.floating[Any]]

#: Offer of an occasion on which nothing was bought.
NOTHING = -1

#: Index of the draw for buying nothing; offers take their row, 256 apart for each occasion.
_NOTHING_INDEX = 255
_INDEX_STEP = 256

#: Occasions whose draws are made together: few enough to stay in the cache, many enough to vectorise.
_STRETCH = 512

_ONE = np.uint8(1)


class Choosers(NamedTuple):
    """The columns of customers that enter choice; ``degree_start`` is the network's ``indptr``."""

    key: NDArray[np.uint64]
    type: NDArray[np.uint8]
    distributor: NDArray[np.uint16]
    price_group: NDArray[np.uint8]
    aware: NDArray[np.uint8]
    taste: Reals
    price_sensitivity: Reals
    order_size: Reals
    loyalty: Reals
    satisfaction: Reals
    relationship: Reals
    rival_relationship: Reals  # [N, rival brands], of width 0 where rivals have no sales forces
    persuasion: Reals
    rebate: Reals  # [N, J] share of price that the customer has bargained off; no width where nobody bargains
    talk_weak: NDArray[np.int16]
    talk_strong: NDArray[np.int16]
    degree_start: NDArray[np.int64]
    crowd: Reals  # [B] share of all customers, used when the network is complete; empty otherwise


@jit_bare
def utility(i: Whole, j: Whole, per_tie: Any, who: Choosers, board: OfferBoard, numbers: ChoiceNumbers) -> Any:
    """Utility of offer ``j`` for the customer in row ``i``, without chance and persuasion; ``per_tie`` from :func:`weight_of_tie`."""
    real = who.loyalty.dtype.type
    b = np.uint32(board.brand[j])
    value = board.appeal[who.distributor[i], who.type[i], j]
    for a in range(board.attributes.shape[1]):
        value += who.taste[i, a] * board.attributes[j, a]
    if board.variant.shape[0] > 0:
        g = who.price_group[i]
        value -= board.variant_usual[g, j]
        for a in range(board.variant.shape[2]):
            value += who.taste[i, a] * board.variant[g, j, a]
    value += numbers.loyalty * who.loyalty[i, b]
    price = board.price[who.distributor[i], who.price_group[i], j]
    if who.rebate.shape[1] > 0:
        price *= real(1) - who.rebate[i, j]
    value -= who.price_sensitivity[i] * price
    value += numbers.satisfaction * (who.satisfaction[i, b] - numbers.neutral)
    value += numbers.relationship * who.relationship[i] * real(board.own[j])
    if who.rival_relationship.shape[1] > 0 and board.rival[j] >= 0:
        value += numbers.relationship * who.rival_relationship[i, np.uint32(board.rival[j])]
    if numbers.neighbours != 0:
        value += numbers.neighbours * _share_of_neighbours(i, b, per_tie, who)
    return value


@jit_bare
def weight_of_tie(i: Whole, who: Choosers) -> Any:
    """Share of the neighbours that one half unit of talk stands for: 1/(2·ties)."""
    ties = max(who.degree_start[i + 1] - who.degree_start[i], 1)
    return np.float32(0.5) / who.loyalty.dtype.type(ties)


@jit_bare
def _share_of_neighbours(i: Whole, b: Whole, per_tie: Any, who: Choosers) -> Any:
    real = who.loyalty.dtype.type
    if who.crowd.size > 0:
        return max(who.crowd[b], real(0))
    return real(np.maximum(np.int32(who.talk_weak[i, b]) + np.int32(who.talk_strong[i, b]), 0)) * per_tie


@jit_bare
def known(i: Whole, j: Whole, who: Choosers, board: OfferBoard) -> Any:
    """Whether the customer knows the offer's brand and finds the offer at the home distributor."""
    return (((who.aware[i] >> np.uint8(board.brand[j])) & _ONE) != 0) & board.available[who.distributor[i], j]


@jit
def choose(
    first: Whole,
    last: Whole,
    luck: np.uint64,
    occasions: Occasions,
    who: Choosers,
    board: OfferBoard,
    numbers: ChoiceNumbers,
    chosen: NDArray[np.int16],
    anyway: NDArray[np.int16],
) -> None:
    """Offer chosen on each occasion, ``chosen`` int16[occasions], -1 for nothing; blocks ``first`` to ``last`` of occasions.

    ``anyway`` int16[occasions] is what would be chosen without persuasion.
    """
    most_offers = np.int64(0)
    for c in range(board.first.size - 1):
        most_offers = max(most_offers, np.int64(board.first[c + 1] - board.first[c]))
    noise = np.empty((most_offers + 1, _STRETCH), np.float32)
    keys = np.empty(_STRETCH, np.uint64)
    index = np.empty((2, _STRETCH), np.uint64)
    warmth = np.zeros(1, np.float32)
    end = min(last * BLOCK, occasions.row.size)
    for start in range(first * BLOCK, end, _STRETCH):
        _choose_stretch(
            start,
            min(start + _STRETCH, end),
            luck,
            occasions,
            who,
            board,
            numbers,
            noise,
            keys,
            index,
            warmth,
            chosen,
            anyway,
        )


@jit_bare
def _choose_stretch(
    start: Whole,
    end: Whole,
    luck: np.uint64,
    occasions: Occasions,
    who: Choosers,
    board: OfferBoard,
    numbers: ChoiceNumbers,
    noise: NDArray[np.float32],
    keys: NDArray[np.uint64],
    index: NDArray[np.uint64],
    warmth: NDArray[np.float32],
    chosen: NDArray[np.int16],
    anyway: NDArray[np.int16],
) -> None:
    """A stretch of occasions: first all Gumbel draws, one offer of each category at a time, then the comparisons."""
    real = who.loyalty.dtype.type
    length = end - start
    _warm(start, end, occasions, who, board, numbers, warmth)
    for o in range(length):
        step = np.uint64(_INDEX_STEP * np.int64(occasions.number[start + o]))
        keys[o] = who.key[occasions.row[start + o]]
        index[0, o] = step + np.uint64(_NOTHING_INDEX)
        index[1, o] = step + np.uint64(board.first[occasions.category[start + o]])
    _draw_noise(luck, keys[:length], index[0], np.uint64(0), noise[0])
    for k in range(1, noise.shape[0]):
        _draw_noise(luck, keys[:length], index[1], np.uint64(k - 1), noise[k])
    for o in range(length):
        i: Any = occasions.row[start + o]
        c: Any = occasions.category[start + o]
        best: Whole = NOTHING
        usual: Whole = NOTHING
        most = board.outside[c] + noise[0, o]
        most_usual = most
        per_tie = weight_of_tie(i, who)
        offer: Any = np.uint32(board.first[c])
        for j in range(offer, np.uint32(board.first[c + 1])):  # unsigned: no check for a place counted from the end
            k = j - offer + np.uint32(1)
            score = utility(i, j, per_tie, who, board, numbers) + noise[k, o]
            there = known(i, j, who, board)
            better = there & (score > most_usual)
            most_usual = score if better else most_usual
            usual = j if better else usual
            score += who.persuasion[i] * real(board.own[j])
            better = there & (score > most)
            most = score if better else most
            best = j if better else best
        chosen[start + o] = best
        anyway[start + o] = usual


@jit_bare
def _warm(
    start: Whole,
    end: Whole,
    occasions: Occasions,
    who: Choosers,
    board: OfferBoard,
    numbers: ChoiceNumbers,
    warmth: NDArray[np.float32],
) -> None:
    """Read one value of every column in a loop that does nothing else.

    Customers in the market are spread over memory, so each row misses the cache; here the misses overlap, in the long
    comparison each would stall (measured at 10^6 customers: 109 → 45 ns per occasion, with rebates 154 → 101).
    """
    total = np.float32(0)
    for o in range(start, end):
        i = occasions.row[o]
        total += np.float32(who.satisfaction[i, 0] + who.loyalty[i, 0] + who.price_sensitivity[i] + who.relationship[i])
        total += np.float32(who.persuasion[i])
        if who.taste.shape[1] > 0:
            total += np.float32(who.taste[i, 0])
        if who.rival_relationship.shape[1] > 0:
            total += np.float32(who.rival_relationship[i, 0])
    if who.rebate.shape[1] > 0:
        for o in range(start, end):
            total += np.float32(who.rebate[occasions.row[o], board.first[occasions.category[o]]])
    if numbers.neighbours != 0:
        for o in range(start, end):
            i = occasions.row[o]
            total += np.float32(who.degree_start[i])
    warmth[0] += total


@jit_bare
def _draw_noise(
    luck: np.uint64, keys: NDArray[np.uint64], index: NDArray[np.uint64], offset: np.uint64, noise: NDArray[np.float32]
) -> None:
    for o in range(keys.size):
        noise[o] = draw32(luck, np.uint64(keys[o]), index[o] + offset)
    gumbel_of(noise[: keys.size])


@jit_bare
def count_bought(first: Whole, last: Whole, chosen: NDArray[np.int16], bought: NDArray[np.int64]) -> None:
    """Occasions of each block on which something was bought."""
    for block in range(first, last):
        count = 0
        for o in range(block * BLOCK, min((block + 1) * BLOCK, chosen.size)):
            count += chosen[o] >= 0
        bought[block] = count


@jit_bare
def write_orders(
    first: Whole,
    last: Whole,
    size_luck: np.uint64,
    rounding_luck: np.uint64,
    occasions: Occasions,
    chosen: NDArray[np.int16],
    place: NDArray[np.int64],
    who: Choosers,
    board: OfferBoard,
    customer: NDArray[np.uint32],
    offer: NDArray[np.int16],
    units: NDArray[np.int32],
    occasion: NDArray[np.uint32],
    price: NDArray[np.int64],
    home: NDArray[np.uint16],
) -> None:
    """Orders of the blocks ``first`` to ``last`` of occasions; block k's from ``place[k]``."""
    for block in range(first, last):
        at = place[block]
        for o in range(block * BLOCK, min((block + 1) * BLOCK, chosen.size)):
            j = chosen[o]
            if j < 0:
                continue
            i = occasions.row[o]
            number = occasions.number[o]
            customer[at] = i
            offer[at] = j
            occasion[at] = number
            price[at] = board.price_minor[who.distributor[i], who.price_group[i], j]
            home[at] = who.distributor[i]
            if number >= DURABLE_OCCASION:
                units[at] = 1
            else:
                spread = np.float64(board.order_spread[occasions.category[o]])
                units[at] = order_units(
                    size_luck, rounding_luck, who.key[i], number, np.float64(who.order_size[i]), spread
                )
            at += 1


@jit_bare
def order_units(
    size_luck: np.uint64, rounding_luck: np.uint64, key: np.uint64, number: Whole, mean: float, spread: float
) -> Whole:
    """Whole units of one order, at least 1: lognormal around ``mean``, rounded up or down by a draw so that the mean stays."""
    size = mean
    if spread > 0.0:
        z = normal_quantile(draw(size_luck, np.uint64(key), np.uint64(number)))
        size *= np.exp(spread * z - 0.5 * spread * spread)
    if size <= 1.0:
        return 1
    return np.int64(size + draw(rounding_luck, np.uint64(key), np.uint64(number)))
