"""Who gets what when stock is short: a keyed lottery over customers' orders, shares of supply, and the unserved.

Draws are keyed by customer (or distributor) and order, never by row: relabelling rows permutes the results, and an
order's place in the lottery does not depend on who else orders. ``lottery`` is ``rng.stream(seed, decision, week)``
with the decisions RATIONING, UNSERVED and SHORT_SUPPLY. All arrays are of whole numbers; units come out as int64. The
public functions bring their arguments to one set of types, so that each kernel is compiled once.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.jit import Whole, jit, jit_bare, sealed_array
from sim.rng import Luck, draw

Ints = npt.NDArray[np.integer[Any]]
Units = npt.NDArray[np.int64]


#: Units and keys as kernels take them.
_WHOLE = np.dtype(np.int64)

#: What is found of the units asked for.
_ENOUGH, _SHORT, _OUTSIDE = 0, 1, 2


class Fate(IntEnum):
    """Outcome of the part of an order that stock could not serve."""

    SERVED = 0  # nothing was left unserved
    WAITS = 1  # stays in the queue and comes next week before that week's orders
    SWITCHES = 2  # buys another offer this week
    LEAVES = 3  # buys nothing; the need stays


_SERVED, _WAITS, _SWITCHES, _LEAVES = int(Fate.SERVED), int(Fate.WAITS), int(Fate.SWITCHES), int(Fate.LEAVES)


def ration_orders(
    lottery: np.uint64, cell: Ints, customer: Ints, index: Ints, units: Ints, waited: Ints, supply: Ints
) -> tuple[Units, Units]:
    """Serve orders [n] from the stock of their cells in lottery order; returns (served [n], delivered [cells]).

    ``cell`` is the flat row of the stock an order draws on (distributor * offers + offer), -1 for offers whose stock
    is not modelled: always served. ``customer`` and ``index`` key the draw; two orders of one week may not share
    both. ``waited`` is how many weeks the order has waited: orders that waited longer come first, and the lottery decides
    among equals. In this order each is served in full; the first one that exceeds the stock takes what is left (a
    partial order). ``supply`` [cells] is what can be delivered and is not changed.
    """
    if not len(cell):
        return np.zeros(0, np.int64), np.zeros(len(supply), np.int64)
    cell, units, supply = _keys(cell), _keys(units), _keys(supply)
    wanted, served = np.zeros(len(supply), np.int64), np.array(units)
    found = _ask(cell, units, supply, wanted)
    if found == _OUTSIDE:
        raise IndexError(f"cells must be in -1..{len(supply) - 1}, got {np.min(cell)}..{np.max(cell)}")
    if found == _SHORT:
        short = np.flatnonzero((wanted > supply)[cell] & (cell >= 0))
        tickets = Luck(lottery).uniform(_keys(customer)[short], _keys(index)[short]) - _keys(waited)[short]
        _serve_in_turn(short[np.argsort(tickets, kind="stable")], cell, units, np.array(supply), served)
    return served, np.minimum(wanted, supply)


@jit_bare
def _ask(cell: Units, units: Units, supply: Units, wanted: Units) -> int:
    """Add up ``units`` in what is ``wanted`` of each cell, and say whether some cell is short; nothing where a cell does not exist."""
    for k in range(cell.size):
        if cell[k] < -1 or cell[k] >= supply.size:
            return _OUTSIDE
    for k in range(cell.size):
        if cell[k] >= 0:
            wanted[cell[k]] += units[k]
    for c in range(supply.size):
        if wanted[c] > supply[c]:
            return _SHORT
    return _ENOUGH


@jit_bare
def _serve_in_turn(turn: Units, cell: Units, units: Units, left: Units, served: Units) -> None:
    """Each order of ``turn`` takes what is ``left`` in its cell, at most its ``units``."""
    for k in range(turn.size):
        i = turn[k]
        served[i] = min(units[i], left[cell[i]])
        left[cell[i]] -= served[i]


def choose_fates(
    lottery: np.uint64, customer: Ints, index: Ints, unserved: Ints, wait: float, switch: float
) -> npt.NDArray[np.uint8]:
    """Decide what unserved customers do: wait with probability ``wait``, switch with ``switch``, leave otherwise.

    Returns ``Fate`` [n] for orders with ``unserved`` [n] units. One draw an order: a larger ``wait`` can only move
    an order towards waiting.
    """
    return _choose(lottery, _keys(customer), _keys(index), _keys(unserved), float(wait), float(wait) + float(switch))


@jit
def _choose(
    lottery: np.uint64, customer: Units, index: Units, unserved: Units, wait: float, wait_or_switch: float
) -> npt.NDArray[np.uint8]:
    fate = np.empty(len(unserved), dtype=np.uint8)
    for i in range(len(unserved)):
        if unserved[i] <= 0:
            fate[i] = _SERVED
            continue
        u = draw(lottery, np.uint64(customer[i]), np.uint64(index[i]))
        if u < wait:
            fate[i] = _WAITS
        elif u < wait_or_switch:
            fate[i] = _SWITCHES
        else:
            fate[i] = _LEAVES
    return fate


def share_out(lottery: np.uint64, supply: Ints, wanted: Ints, key: Ints) -> Units:
    """Share a supplier's stock [offers] among the distributors' wants [distributors, offers], in whole units.

    Where supply suffices all get what they want; where it is short each gets supply * want / total want, rounded
    down, and the remaining units go one each to the winners of a lottery (keyed by distributor ``key`` and
    offer) among those who want the offer. Never more than wanted, and a short supply is shared to the last unit.
    """
    return share_out_each(lottery, np.asarray(supply)[np.newaxis], wanted, key, np.zeros(len(wanted), np.int64))


def share_out_each(lottery: np.uint64, supply: Ints, wanted: Ints, key: Ints, supplier: Ints) -> Units:
    """As :func:`share_out` for many suppliers: ``supply`` [suppliers, offers] among those whose ``supplier`` [distributors] each is."""
    return _share(lottery, _keys(supply), _keys(wanted), _keys(key), _keys(supplier))


@jit
def _share(lottery: np.uint64, supply: Units, wanted: Units, key: Units, supplier: Units) -> Units:
    distributors, offers = wanted.shape
    shipped = wanted.copy()
    total = np.zeros(supply.shape, dtype=np.int64)
    for d in range(distributors):
        if not 0 <= supplier[d] < supply.shape[0]:
            raise IndexError("there is no such supplier")
        for j in range(offers):
            total[supplier[d], j] += wanted[d, j]
    tickets = np.empty(distributors, dtype=np.float64)
    for s in range(supply.shape[0]):
        for j in range(offers):
            if total[s, j] > supply[s, j]:
                _share_what_is_short(lottery, s, j, supply[s, j], total[s, j], wanted, key, supplier, tickets, shipped)
    return shipped


@jit_bare
def _share_what_is_short(
    lottery: np.uint64,
    s: Whole,
    j: Whole,
    supply: Whole,
    total: Whole,
    wanted: Units,
    key: Units,
    supplier: Units,
    tickets: npt.NDArray[np.float64],
    shipped: Units,
) -> None:
    """Share the ``supply`` that supplier ``s`` has of offer ``j``, in parts of what each wants, and the rest at random."""
    left = supply
    for d in range(len(supplier)):
        tickets[d] = 2.0
        if supplier[d] == s:
            shipped[d, j] = _part(supply, wanted[d, j], total)
            left -= shipped[d, j]
            if wanted[d, j] > 0:
                tickets[d] = draw(lottery, np.uint64(key[d]), np.uint64(j))
    for _ in range(left):
        winner = 0
        for d in range(1, len(supplier)):
            winner = d if tickets[d] < tickets[winner] else winner
        shipped[winner, j] += 1
        tickets[winner] = 2.0


@jit_bare
def _part(supply: Whole, wanted: Whole, total: Whole) -> Whole:
    """supply · wanted / total, rounded down exactly for ``supply`` < ``total``, also where the product needs more than 64 bits.

    The remainder of a guess in floating point is small, so that it is exact although both products wrap around.
    """
    part = np.int64(np.float64(supply) / np.float64(total) * np.float64(wanted))
    rest = supply * wanted - part * total
    while rest < 0:
        part -= 1
        rest += total
    while rest >= total:
        part += 1
        rest -= total
    return part


def _keys(numbers: Ints) -> Units:
    """``numbers`` as sealed, contiguous int64; refuses reals."""
    array = np.asarray(numbers)
    if array.dtype.kind not in "iu":
        raise TypeError(f"orders and stock are counted in whole units, not {array.dtype}")
    if array.dtype != _WHOLE or not array.flags.c_contiguous:
        array = np.ascontiguousarray(array, dtype=np.int64)
    return sealed_array(array)
