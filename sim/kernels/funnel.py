"""The customer funnel: moves between stages by hazard times stimulus, one draw per customer and week.

``P(from → to) = hazard[from, to] × stimulus``. A stimulus is there or not, read from the customer's state; that of
lapsing also falls with satisfaction. Where customers differ in how prone they are to leave, their own probability
replaces the hazard. Only customers under a stimulus that could move them draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit, jit_bare
from sim.kernels.compress import flagged_rows
from sim.kernels.threads import BLOCK
from sim.rng import draw32
from sim.stages import Stage, Stimulus

if TYPE_CHECKING:
    from sim.kernels.board import OfferBoard
    from sim.kernels.needs import Occasions
    from sim.params.customer_numbers import FunnelNumbers

Reals = NDArray[np.floating[Any]]
Bytes = NDArray[np.uint8]

_STAGES = len(Stage)
_UNKNOWN, _AWARE = np.uint8(Stage.UNKNOWN), np.uint8(Stage.AWARE)
_BUYER, _LOYAL, _LAPSED = np.uint8(Stage.BUYER), np.uint8(Stage.LOYAL), np.uint8(Stage.LAPSED)
_KNOWN, _FORGOTTEN = int(Stimulus.KNOWN), int(Stimulus.FORGOTTEN)
_NEED, _NO_NEED = int(Stimulus.NEED), int(Stimulus.NO_NEED)
_BOUGHT, _HABIT, _NO_HABIT = int(Stimulus.BOUGHT), int(Stimulus.HABIT), int(Stimulus.NO_HABIT)
_OVERDUE = int(Stimulus.OVERDUE)
_ANY = -1

#: Marker for customers without a probability of lapsing of their own.
ALIKE = np.float64(-1.0)


class Standing(NamedTuple):
    """The columns of customers that the funnel reads."""

    key: NDArray[np.uint64]
    distributor: NDArray[np.uint16]
    aware: Bytes
    last_order: NDArray[np.int32]
    purchase_rate: Reals
    loyalty: Reals
    satisfaction: Reals
    churn: Reals  # [N, 1], or [N, 0] where all have the same hazard


@jit
def move_customers(
    first: Whole,
    last: Whole,
    luck: np.uint64,
    tick: Whole,
    own_brand: Whole,
    who: Standing,
    occasions: Occasions,
    board: OfferBoard,
    numbers: FunnelNumbers,
    stage: Bytes,
    lapsed: NDArray[np.uint32],
    lapses: NDArray[np.int64],
) -> None:
    """Update ``stage`` uint8[N] of the rows in blocks ``first`` to ``last``; ``occasions`` are this week's.

    Out: rows that lapse now, at their block's place in ``lapsed`` uint32[N]; how many of each block in ``lapses``.
    """
    needs = np.zeros(BLOCK, np.uint8)
    stirred = np.empty(BLOCK, np.uint8)
    listed = np.empty(BLOCK + 1, np.int32)
    gates = _gates(numbers)
    for block in range(first, last):
        _move_block(
            block,
            luck,
            tick,
            own_brand,
            who,
            occasions,
            board,
            numbers,
            gates,
            needs,
            stirred,
            listed,
            stage,
            lapsed,
            lapses,
        )


@jit
def _gates(numbers: FunnelNumbers) -> NDArray[np.int64]:
    """The stimuli by which customers may leave each stage [stages], all where some move needs none."""
    gates = np.zeros(_STAGES, np.int64)
    for stage in range(_STAGES):
        for to in range(_STAGES):
            if numbers.hazard[stage, to] > 0:
                gate = np.int64(numbers.gate[stage, to])
                gates[stage] |= gate if gate else _ANY
    return gates


@jit_bare
def _move_block(
    block: Whole,
    luck: np.uint64,
    tick: Whole,
    own_brand: Whole,
    who: Standing,
    occasions: Occasions,
    board: OfferBoard,
    numbers: FunnelNumbers,
    gates: NDArray[np.int64],
    needs: Bytes,
    stirred: Bytes,
    listed: NDArray[np.int32],
    stage: Bytes,
    lapsed: NDArray[np.uint32],
    lapses: NDArray[np.int64],
) -> None:
    start = block * BLOCK
    end = min(start + BLOCK, stage.size)
    bit = np.uint8(np.uint8(1) << np.uint8(own_brand))
    needs[:] = 0
    for o in range(occasions.start[block], occasions.start[block + 1]):
        i = np.int64(occasions.row[o])
        if who.aware[i] & bit and _offered(who.distributor[i], np.int64(occasions.category[o]), board):
            needs[i - start] = 1
    _screen(
        who.aware[start:end],
        who.last_order[start:end],
        who.purchase_rate[start:end],
        stage[start:end],
        bit,
        tick,
        needs,
        numbers,
        stirred,
    )
    found = flagged_rows(stirred, end - start, listed)
    listed[BLOCK] = _warm(start, found, listed, own_brand, who)
    gone = 0
    for k in range(found):
        i = start + listed[k]
        under = _stimuli(i, tick, own_brand, who, needs[listed[k]] == 1, numbers)
        if under & gates[stage[i]] == 0:
            continue
        u = draw32(luck, np.uint64(who.key[i]), np.uint64(0))
        felt = who.satisfaction[i, own_brand] if under & _OVERDUE else numbers.neutral
        before = stage[i]
        own = np.float64(who.churn[i, 0]) if who.churn.shape[1] else ALIKE
        stage[i] = next_stage(u, np.int64(before), under, felt, numbers, own)
        lapsed[start + gone] = i
        gone += (stage[i] == _LAPSED) & (before != _LAPSED)
    lapses[block] = gone


@jit_bare
def _warm(start: Whole, found: Whole, listed: NDArray[np.int32], own_brand: Whole, who: Standing) -> Any:
    """Read what only some of the listed rows will need, so that the cache misses overlap (see choice)."""
    total = np.float32(0)
    for k in range(found):
        total += np.float32(who.loyalty[start + listed[k], own_brand])
    return np.int32(total > 0)


@jit_bare
def _offered(distributor: Whole, c: Whole, board: OfferBoard) -> bool:
    for j in range(board.first[c], board.first[c + 1]):
        if board.own[j] and board.available[distributor, j]:
            return True
    return False


@jit_bare
def _screen(
    aware: Bytes,
    last_order: NDArray[np.int32],
    purchase_rate: Reals,
    stage: Bytes,
    bit: np.uint8,
    tick: Whole,
    needs: Bytes,
    numbers: FunnelNumbers,
    stirred: Bytes,
) -> None:
    """Flag all customers that some stimulus may move."""
    now = np.int32(tick)
    for r in range(stage.size):
        s = stage[r]
        knows = (aware[r] & bit) != 0
        buys = (s == _BUYER) | (s == _LOYAL)
        late = _late(now - last_order[r], purchase_rate[r], numbers)
        at_rest = ((s == _UNKNOWN) & (not knows)) | ((s == _AWARE) & knows) | (s == _LAPSED)
        settled = (at_rest & (needs[r] == 0)) | (buys & (not late))
        stirred[r] = (last_order[r] == now) | (not settled)


@jit_bare
def _late(since: np.int32, purchase_rate: Any, numbers: FunnelNumbers) -> Any:
    """Whether more expected intervals at ``purchase_rate`` than allowed have passed in ``since`` ticks."""
    return np.float32(since) * max(purchase_rate * numbers.tick, numbers.slowest_rate) > numbers.intervals


@jit_bare
def _stimuli(i: Whole, tick: Whole, own_brand: Whole, who: Standing, need: bool, numbers: FunnelNumbers) -> Whole:
    if who.last_order[i] == tick:  # a purchase from us takes precedence
        return _BOUGHT | (_HABIT if who.loyalty[i, own_brand] >= numbers.loyal_at else _NO_HABIT)
    under = _KNOWN if (who.aware[i] >> np.uint8(own_brand)) & np.uint8(1) else _FORGOTTEN
    under |= _NEED if need else _NO_NEED
    since = np.int32(tick) - who.last_order[i]
    if _late(since, who.purchase_rate[i], numbers):
        # What is expected from us is our share of the customer's purchases, of which loyalty is the running record.
        ours = who.purchase_rate[i] * min(max(who.loyalty[i, own_brand], numbers.least_share), np.float32(1))
        if _late(since, ours, numbers):
            under |= _OVERDUE
    return under


@jit_bare
def next_stage(
    u: np.float32, stage: Whole, under: Whole, satisfaction: Any, numbers: FunnelNumbers, own: float
) -> Whole:
    """Stage after a week under the stimuli ``under``; targets share the draw ``u`` in their order.

    ``own`` is the customer's own probability of lapsing, or ``ALIKE``.
    """
    reached = np.float64(0)
    end = stage
    for to in range(_STAGES):
        gate = np.int64(numbers.gate[stage, to])
        if (gate == 0) | ((under & gate) != 0):
            before = reached
            reached += move_probability(stage, to, satisfaction, numbers, own)
            end = to if (u >= before) & (u < reached) else end
    return end


@jit_bare
def move_probability(stage: Whole, to: Whole, satisfaction: Any, numbers: FunnelNumbers, own: float) -> float:
    """Probability of one move in a week in which its stimulus is there."""
    p = np.float64(numbers.hazard[stage, to])
    if to == np.int64(_LAPSED) and own >= 0 and p > 0:
        p = np.float64(own)
    if to == np.int64(_LAPSED) and numbers.lapse_slope != 0:
        p *= np.exp(-np.float64(numbers.lapse_slope) * (np.float64(satisfaction) - np.float64(numbers.neutral)))
    return p
