"""Experience: what a delivered order, or an item in use, does to loyalty, satisfaction, expectation and talk.

Performance is what the caller gives (quality less failures, delays, …) plus keyed noise. It moves satisfaction by
itself and by disconfirmation, a shortfall weighing more than a surplus (Oliver 1980; Anderson & Sullivan 1993);
expectation follows performance. Only customers who experienced something change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit, jit_bare, sealed_array
from sim.kernels.normal import normal_of
from sim.kernels.threads import BLOCK
from sim.rng import draw

if TYPE_CHECKING:
    from sim.kernels.board import OfferBoard
    from sim.params.customer_numbers import ExperienceNumbers

Reals = NDArray[np.floating[Any]]

_ONE = np.uint8(1)
_INDEX_STEP = 256
_STRETCH = 512


class Deliveries(NamedTuple):
    """What customers experienced this week, in order of rows.

    ``bought`` False is an event in use (a failure, a repair, an order that was not served): it changes satisfaction
    and talk, but nothing was bought. ``performance`` is on the scale of quality, before noise. ``habit`` is the
    offer a purchase makes a habit of, -1 for none; empty: the one bought.
    """

    customer: NDArray[np.uint32]
    offer: NDArray[np.int16]
    occasion: NDArray[np.uint32]
    bought: NDArray[np.bool_]
    performance: Reals
    habit: NDArray[np.int16] = sealed_array(np.empty(0, np.int16))


class Memory(NamedTuple):
    """The columns of customers that experience writes; ``product`` [N, 0] where satisfaction is with products alone."""

    loyalty: Reals
    satisfaction: Reals
    product: Reals
    expectation: Reals
    owned: NDArray[np.int8]
    bought_week: NDArray[np.int32]
    need_open: NDArray[np.uint8]
    last_order: NDArray[np.int32]
    speaks: NDArray[np.int8]


class TalkChanges(NamedTuple):
    """Changes of what customers say: ``delta`` half units about ``brand`` (-1: no change) by the customer in ``row``."""

    row: NDArray[np.uint32]
    brand: NDArray[np.int8]
    delta: NDArray[np.int16]


@jit
def experience(
    first: Whole,
    last: Whole,
    luck: np.uint64,
    tick: Whole,
    keys: NDArray[np.uint64],
    deliveries: Deliveries,
    category: NDArray[np.uint8],
    board: OfferBoard,
    numbers: ExperienceNumbers,
    memory: Memory,
    changes: TalkChanges,
) -> None:
    """Process the deliveries of blocks ``first`` to ``last``; all of one customer's by the block of the first.

    ``category`` [J] of each offer. Delivery d reports to places 2d (the brand it is about) and 2d+1 (a brand given
    up) of ``changes``.
    """
    total = deliveries.customer.size
    begin = _next_customer(first * BLOCK, deliveries.customer)
    end = _next_customer(min(last * BLOCK, total), deliveries.customer)
    warmth = np.zeros(1, np.float32)
    noise = np.zeros((2, _STRETCH), np.float64)
    for start in range(begin, end, _STRETCH):
        stop = min(start + _STRETCH, end)
        _live_through_stretch(
            start, stop, luck, tick, keys, deliveries, category, board, numbers, memory, warmth, noise, changes
        )


@jit_bare
def _live_through_stretch(
    start: Whole,
    stop: Whole,
    luck: np.uint64,
    tick: Whole,
    keys: NDArray[np.uint64],
    deliveries: Deliveries,
    category: NDArray[np.uint8],
    board: OfferBoard,
    numbers: ExperienceNumbers,
    memory: Memory,
    warmth: NDArray[np.float32],
    noise: NDArray[np.float64],
    changes: TalkChanges,
) -> None:
    """A stretch of deliveries; one value of every column is read first, so that the cache misses overlap."""
    total = np.float32(0)
    for d in range(start, stop):
        i = deliveries.customer[d]
        total += np.float32(memory.loyalty[i, 0] + memory.satisfaction[i, 0] + memory.expectation[i, 0])
        total += np.float32(memory.bought_week[i, 0] + memory.last_order[i] + memory.owned[i, 0] + memory.speaks[i, 0])
        total += np.float32(memory.need_open[i])
        if memory.product.shape[1] > 0:
            total += np.float32(memory.product[i, 0])
    warmth[0] += total
    if numbers.noise > 0:
        for d in range(start, stop):
            index = np.uint64(_INDEX_STEP * np.int64(deliveries.occasion[d]) + np.int64(deliveries.offer[d]))
            noise[0, d - start] = draw(luck, np.uint64(keys[deliveries.customer[d]]), index)
        normal_of(noise[0, : stop - start], noise[1])
    for d in range(start, stop):
        _live_through(d, noise[1, d - start], tick, deliveries, category, board, numbers, memory, changes)


@jit_bare
def _live_through(
    d: Whole,
    z: float,
    tick: Whole,
    deliveries: Deliveries,
    category: NDArray[np.uint8],
    board: OfferBoard,
    numbers: ExperienceNumbers,
    memory: Memory,
    changes: TalkChanges,
) -> None:
    i = deliveries.customer[d]
    j = np.int64(deliveries.offer[d])
    b = np.int64(board.brand[j])
    changes.row[2 * d] = i
    changes.row[2 * d + 1] = i
    changes.brand[2 * d] = -1
    changes.brand[2 * d + 1] = -1
    if deliveries.bought[d]:
        used_to = np.int64(deliveries.habit[d]) if deliveries.habit.size > 0 else j
        if used_to >= 0:
            _form_habit(i, used_to, np.int64(category[used_to]), board, numbers, memory.loyalty)
        _buy(i, j, b, np.int64(category[j]), tick, board, numbers, memory, d, changes)
    performance = deliveries.performance[d]
    if numbers.noise > 0:
        performance += numbers.noise * memory.loyalty.dtype.type(z)
    _feel(i, b, performance, numbers, memory)
    before = memory.speaks[i, b]
    after = opinion(memory.satisfaction[i, b], numbers) if _owns(i, b, memory) else before
    if after != before:
        memory.speaks[i, b] = after
        _report(2 * d, b, before, after, numbers, changes)


@jit_bare
def _next_customer(d: Whole, customer: NDArray[np.uint32]) -> Whole:
    """First place from ``d`` on that is not the same customer as the one before it."""
    while 0 < d < customer.size and customer[d] == customer[d - 1]:
        d += 1
    return d


@jit_bare
def _buy(
    i: Whole,
    j: Whole,
    b: Whole,
    c: Whole,
    tick: Whole,
    board: OfferBoard,
    numbers: ExperienceNumbers,
    memory: Memory,
    d: Whole,
    changes: TalkChanges,
) -> None:
    """A purchase: ownership, the end of a need; silence about a brand given up."""
    gone = np.int64(memory.owned[i, c])
    memory.owned[i, c] = b
    memory.bought_week[i, c] = tick
    if board.durable[c]:
        memory.need_open[i] &= np.uint8(~(_ONE << np.uint8(c)))
    if board.own[j]:
        memory.last_order[i] = tick
    if gone >= 0 and gone != b and memory.speaks[i, gone] != 0 and not _owns(i, gone, memory):
        _report(2 * d + 1, gone, memory.speaks[i, gone], np.int8(0), numbers, changes)
        memory.speaks[i, gone] = 0


@jit_bare
def form_habits(
    rows: NDArray[np.uint32],
    offers: NDArray[np.int16],
    category: NDArray[np.uint8],
    board: OfferBoard,
    numbers: ExperienceNumbers,
    loyalty: Reals,
) -> None:
    """Habit of the customers in ``rows`` [n], each of whom would have bought the corresponding offer but did not get it.

    ``category`` [J] of each offer. A row may come more than once.
    """
    for k in range(rows.size):
        j = np.int64(offers[k])
        _form_habit(rows[k], j, np.int64(category[j]), board, numbers, loyalty)


@jit_bare
def _form_habit(i: Whole, j: Whole, c: Whole, board: OfferBoard, numbers: ExperienceNumbers, loyalty: Reals) -> None:
    """Loyalty to the brands of category ``c`` after one choice of offer ``j``."""
    real, b = loyalty.dtype.type, np.int64(board.brand[j])
    for brand in range(loyalty.shape[1]):
        if (board.brands_of[c] >> np.uint8(brand)) & _ONE:
            loyalty[i, brand] = loyalty_after(loyalty[i, brand], real(brand == b), numbers.carry_over)


@jit_bare
def loyalty_after(loyalty: Any, bought: Any, carry_over: Any) -> Any:
    """L' = αL + (1−α)y (Guadagni & Little 1983)."""
    return carry_over * loyalty + (np.float32(1) - carry_over) * bought


@jit_bare
def _feel(i: Whole, b: Whole, performance: Any, numbers: ExperienceNumbers, memory: Memory) -> None:
    gap = performance - memory.expectation[i, b]
    if gap < 0:
        gap *= numbers.loss_aversion
    felt = numbers.neutral + numbers.performance * performance + numbers.disconfirmation * gap
    target = np.float32(1) / (np.float32(1) + np.exp(-felt))
    if memory.product.shape[1] == 0:
        memory.satisfaction[i, b] += numbers.step * (target - memory.satisfaction[i, b])
    else:
        moved = numbers.step * (target - memory.product[i, b])
        memory.product[i, b] += moved
        memory.satisfaction[i, b] += numbers.product_weight * moved
    memory.expectation[i, b] += numbers.expectation_step * (performance - memory.expectation[i, b])


@jit_bare
def opinion(satisfaction: Any, numbers: ExperienceNumbers) -> np.int8:
    """What an owner says: +1 when content, -1 when disappointed, 0 in between."""
    if satisfaction < numbers.disappointed_at:
        return np.int8(-1)
    return np.int8(1) if satisfaction >= numbers.content_at else np.int8(0)


@jit_bare
def _owns(i: Whole, b: Whole, memory: Memory) -> bool:
    for c in range(memory.owned.shape[1]):
        if memory.owned[i, c] == b:
            return True
    return False


@jit_bare
def _report(
    place: Whole, b: Whole, before: np.int8, after: np.int8, numbers: ExperienceNumbers, changes: TalkChanges
) -> None:
    changes.brand[place] = b
    changes.delta[place] = half_units(after, numbers.ill) - half_units(before, numbers.ill)


@jit_bare
def half_units(says: np.int8, ill: np.int32) -> Whole:
    """Weight of what an owner says in half units: +2 when content, -2ω when disappointed."""
    if says > 0:
        return 2
    return -np.int64(ill) if says < 0 else 0
