"""The census: one pass over customers and records a week, for the weekly record.

Counts are integers and sums of reals are taken in fixed point, so that no result depends on threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit, jit_bare, sealed
from sim.kernels.compress import flagged_rows
from sim.kernels.logs import estimate_logs
from sim.kernels.threads import BLOCK, blocks_of, run_blocks, threads_for
from sim.stages import Stage

Counts = NDArray[np.int64]
Reals = NDArray[np.floating[Any]]

#: Steps of one unit in sums of reals.
FIXED_POINT = 1_000_000

#: Counts of one block share a word, so that a row costs one addition: fields of so many bits hold up to a block.
_FIELD = 20
_MASK = (1 << _FIELD) - 1
#: As many bits hold the count of one block; ages of a block, cut at the oldest, fit twice the field.
_SHORT = 13
_SHORT_MASK = (1 << _SHORT) - 1
_AGE_MASK = (1 << 2 * _FIELD) - 1
_OLDEST = 4095
#: Part of a step within which an estimate of a logarithm leaves open which step is meant; it errs by a millionth of that.
_TOO_CLOSE = 1e-3
#: Satisfaction, 0..1, of so many customers in steps, and three counts of them fit one word together.
_PART = 1024
_FELT, _OF_PART = 30, 11
_FELT_MASK, _PART_MASK = np.uint64((1 << _FELT) - 1), np.uint64((1 << _OF_PART) - 1)

_BUYER, _LOYAL = np.uint8(Stage.BUYER), np.uint8(Stage.LOYAL)
_AWARE_COLUMN, _ACTIVE_COLUMN, _USERS_COLUMN, _SATISFACTION_COLUMN = 0, 1, 2, 3
_RECORDS_COLUMN, _ACCOUNTS_COLUMN, _JUDGED_COLUMN, _ERROR_COLUMN = 0, 1, 2, 3


class People(NamedTuple):
    """The columns of customers that the census reads."""

    territory: NDArray[np.uint16]
    type: NDArray[np.uint8]
    aware: NDArray[np.uint8]
    stage: NDArray[np.uint8]
    last_order: NDArray[np.int32]
    satisfaction: Reals


class Records(NamedTuple):
    """The columns of the database, and the true values, that the census reads."""

    territory: NDArray[np.uint16]
    known: NDArray[np.bool_]
    rep: NDArray[np.int32]
    value: Reals
    bought: Reals


@jit
def _count_people(
    first: int, last: int, who: People, own_brand: int, since: int, packed: Counts, total: Counts
) -> None:
    cell, word, felt = np.empty(_PART, np.int64), np.empty(_PART, np.int64), np.empty(_PART, np.int32)
    for start in range(first * BLOCK, min(last * BLOCK, who.stage.size), _PART):
        _count_part_of_people(start, who, own_brand, since, cell, word, felt, packed[0], total)


@jit_bare
def _count_part_of_people(
    start: int,
    who: People,
    own_brand: int,
    since: int,
    cell: Counts,
    word: Counts,
    felt: NDArray[np.int32],
    packed: Counts,
    total: Counts,
) -> None:
    """Step by step over part of a block: all but the sums is then done for several rows at a time."""
    types = np.int64(total.shape[1])
    bit = np.uint8(np.uint8(1) << np.uint8(own_brand))
    end = min(start + _PART, who.stage.size)
    rows = end - start
    _note_satisfaction(who.satisfaction[start:end, own_brand], felt)
    _note_stages(who.stage[start:end], who.aware[start:end], who.last_order[start:end], bit, since, felt, word)
    _note_cells(who.territory[start:end], who.type[start:end], types, cell)
    for r in range(rows):
        packed[np.uint64(cell[r])] += word[r]
    for c in range(packed.size):
        cell_total, sums = total[c // types, c % types], np.uint64(packed[c])
        cell_total[_SATISFACTION_COLUMN] += sums & _FELT_MASK
        cell_total[_AWARE_COLUMN] += sums >> _FELT & _PART_MASK
        cell_total[_ACTIVE_COLUMN] += sums >> _FELT + _OF_PART & _PART_MASK
        cell_total[_USERS_COLUMN] += sums >> _FELT + 2 * _OF_PART
        packed[c] = 0


@jit_bare
def _note_stages(
    stage: NDArray[np.uint8],
    aware: NDArray[np.uint8],
    last_order: NDArray[np.int32],
    bit: np.uint8,
    since: int,
    felt: NDArray[np.int32],
    word: Counts,
) -> None:
    """Each row's part of the four sums, in one word; ``felt`` counts of users alone."""
    for r in range(stage.size):
        # Without a branch on users: a third are, and no processor can predict which.
        uses = np.int64((stage[r] == _BUYER) | (stage[r] == _LOYAL))
        knows = np.int64((aware[r] & bit) != 0)
        counts = knows | np.int64(last_order[r] > since) << _OF_PART | uses << 2 * _OF_PART
        word[r] = counts << _FELT | (np.int64(felt[r]) & -uses)


@jit_bare
def _note_satisfaction(satisfaction: Reals, felt: NDArray[np.int32]) -> None:
    for r in range(satisfaction.size):
        felt[r] = np.int32(np.float64(satisfaction[r]) * FIXED_POINT + 0.5)


@jit_bare
def _note_cells(territory: NDArray[np.uint16], type_: NDArray[np.uint8], types: Any, cell: Counts) -> None:
    for r in range(territory.size):
        cell[r] = np.int64(territory[r]) * types + np.int64(type_[r])


@jit
def _count_records(first: int, last: int, who: Records, packed: Counts, total: Counts) -> None:
    flags = np.empty(BLOCK, np.uint8)
    listed = np.empty(BLOCK + 1, np.int32)
    ratio, error, word = np.empty(BLOCK, np.float64), np.empty(BLOCK, np.float64), np.empty(BLOCK, np.int64)
    for block in range(first, last):
        _count_block_of_records(block, who, packed[0], total, flags, listed, ratio, error, word)


@jit_bare
def _count_block_of_records(
    block: int,
    who: Records,
    packed: Counts,
    total: Counts,
    flags: NDArray[np.uint8],
    listed: NDArray[np.int32],
    ratio: NDArray[np.float64],
    error: NDArray[np.float64],
    word: Counts,
) -> None:
    start = block * BLOCK
    rows = min(BLOCK, who.rep.size - start)
    end = start + rows
    known = who.known[start:end]
    _note_records(known, who.rep[start:end], who.value[start:end], who.bought[start:end], flags[:rows], word[:rows])
    for r in range(rows):
        packed[np.uint64(who.territory[start + r])] += word[r]
    judged = flagged_rows(flags, rows, listed)
    for k in range(judged):
        i = start + listed[k]
        ratio[k] = np.float64(who.value[i]) / np.float64(who.bought[i])
    estimate_logs(ratio[:judged], word, error)
    for k in range(judged):
        home = np.uint64(who.territory[start + listed[k]])
        total[home, _ERROR_COLUMN] += _in_steps(ratio[k], error[k])
    for t in range(packed.size):
        total[t, _RECORDS_COLUMN] += packed[t] & _MASK
        total[t, _ACCOUNTS_COLUMN] += packed[t] >> _FIELD & _MASK
        total[t, _JUDGED_COLUMN] += packed[t] >> 2 * _FIELD
        packed[t] = 0


@jit_bare
def _in_steps(ratio: float, near: float) -> np.int64:
    """Absolute logarithm of the ``ratio`` in whole steps; that it is ``near`` decides unless two numbers of steps are possible."""
    steps = abs(near) * FIXED_POINT + 0.5
    part = steps - np.floor(steps)
    if part < _TOO_CLOSE or part > 1.0 - _TOO_CLOSE:
        steps = abs(math.log(ratio)) * FIXED_POINT + 0.5
    return np.int64(steps)


@jit_bare
def _note_records(
    known: NDArray[np.bool_],
    rep: NDArray[np.int32],
    value: Reals,
    bought: Reals,
    judged: NDArray[np.uint8],
    word: Counts,
) -> None:
    for r in range(word.size):
        judged[r] = (value[r] > 0) & (bought[r] > 0) & known[r]
    for r in range(word.size):
        word[r] = np.int64(known[r]) | np.int64(rep[r] >= 0) << _FIELD | np.int64(judged[r]) << 2 * _FIELD


def count_people(who: People, own_brand: int, since: int, *, territories: int, types: int) -> NDArray[np.float64]:
    """Customers by territory and type [4, T, types]: aware of us, last order after week ``since``, users, their satisfaction summed."""
    people = sealed(who)
    total = _in_shares(
        len(people.stage),
        (territories, types, 4),
        lambda first, last, word, part: _count_people(first, last, people, own_brand, since, word, part),
    )
    counts = np.moveaxis(total, -1, 0).astype(np.float64)
    counts[_SATISFACTION_COLUMN] /= FIXED_POINT
    return counts


def count_records(who: Records, *, territories: int) -> NDArray[np.float64]:
    """The database by territory [4, T]: records, accounts of reps, records with purchases, absolute log error of these summed."""
    records = sealed(who)
    total = _in_shares(
        len(records.rep),
        (territories, 4),
        lambda first, last, word, part: _count_records(first, last, records, word, part),
    )
    counts = total.T.astype(np.float64)
    counts[_ERROR_COLUMN] /= FIXED_POINT
    return counts


class Inspected(NamedTuple):
    """The columns that an inspection of the database reads, and one over M times the spread of each of M marks."""

    territory: NDArray[np.uint16]
    type: NDArray[np.uint8]
    stage: NDArray[np.uint8]
    known: NDArray[np.bool_]
    rep: NDArray[np.int32]
    confirmed: NDArray[np.int32]
    measured: Reals  # [N, M] marks on record, NaN where never measured
    true: Reals  # [N, M]
    weight: Reals  # [M]


@jit_bare
def _inspect(first: int, last: int, who: Inspected, week: int, stale: int, packed: Counts, total: Counts) -> None:
    types, marks = np.uint64(total.shape[1]), who.weight.size
    for block in range(first, last):
        for i in range(block * BLOCK, min((block + 1) * BLOCK, who.stage.size)):
            cell = np.uint64(who.territory[i]) * types + np.uint64(who.type[i])
            uses = np.int64((who.stage[i] == _BUYER) | (who.stage[i] == _LOYAL))
            known = np.int64(who.known[i])
            served = uses & np.int64(who.rep[i] >= 0)
            # A record that was never confirmed is as old as the market.
            confirmed = np.int64(who.confirmed[i])
            age = known * min(np.int64(week) - (confirmed if confirmed > 0 else np.int64(0)), np.int64(_OLDEST))
            packed[0, cell] += known | uses << _SHORT | (uses & known) << 2 * _SHORT | served << 3 * _SHORT
            packed[1, cell] += age | np.int64(age > stale) << 2 * _FIELD
            error, described = np.float64(0), known if marks else np.int64(0)
            for m in range(marks):
                gap = abs(np.float64(who.measured[i, m]) - np.float64(who.true[i, m])) * who.weight[m]
                described &= np.int64(gap == gap)  # not NaN: measured at least once
                error += gap
            packed[1, cell] += described << 2 * _FIELD + _SHORT
            packed[2, cell] += np.int64((error if described else 0.0) * FIXED_POINT + 0.5)
        for c in range(packed.shape[1]):
            place = total[c // total.shape[1], c % total.shape[1]]
            for k in range(4):
                place[k] += packed[0, c] >> k * _SHORT & _SHORT_MASK
            place[4] += packed[1, c] >> 2 * _FIELD & _SHORT_MASK
            place[5] += packed[1, c] & _AGE_MASK
            place[6] += packed[1, c] >> 2 * _FIELD + _SHORT
            place[7] += packed[2, c]
            packed[:, c] = 0


def inspect_records(who: Inspected, week: int, stale: int, *, territories: int, types: int) -> NDArray[np.float64]:
    """The database by territory and type in ``week`` [8, T, types], compared with the truth.

    Records, users, users with a record, users served by a rep, records not confirmed for more than ``stale``
    weeks, weeks since the last confirmation summed over records, records with marks, and their mean absolute errors,
    in spreads of the mark, summed.
    """
    columns = sealed(who)
    total = _in_shares(
        len(columns.stage),
        (territories, types, 8),
        lambda first, last, word, part: _inspect(first, last, columns, week, stale, word, part),
    )
    counts = np.moveaxis(total, -1, 0).astype(np.float64)
    counts[7] /= FIXED_POINT
    return counts


def _in_shares(rows: int, shape: tuple[int, ...], count: Callable[[int, int, Counts, Counts], None]) -> Counts:
    """Sum of what ``count`` adds up over shares of the rows, one share and one table per thread."""
    threads, blocks = threads_for(rows), blocks_of(rows)
    parts = [np.zeros(shape, dtype=np.int64) for _ in range(threads)]
    edges = [blocks * share // threads for share in range(threads + 1)]

    def run(first: int, last: int) -> None:
        for share in range(first, last):
            count(edges[share], edges[share + 1], np.zeros((3, math.prod(shape[:-1])), dtype=np.int64), parts[share])

    run_blocks(run, threads, threads)
    total: Counts = np.sum(parts, axis=0)
    return total
