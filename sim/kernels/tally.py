"""Tallies: events of this week, summed by territory and true type, by offer, by stock.

One pass over the events, whole numbers only, so that no result depends on their order. Hours and the like of people, who
come in one order always, are summed as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import Whole, jit_bare, sealed_array

Ints = NDArray[np.integer[Any]]
Counts = NDArray[np.int64]
Reals = NDArray[np.float64]

#: What kernels count.
_COUNTS = np.dtype(np.int64)


def count_events(rows: Ints, territory: NDArray[np.uint16], type_: NDArray[np.uint8], shape: tuple[int, int]) -> Counts:
    """Events by territory and type, int64 ``shape`` [T, K], from the customer's row of each event."""
    total = np.zeros(shape, np.int64)
    _count_events(_sealed(rows), sealed_array(territory), sealed_array(type_), total)
    return total


def tally_purchases(
    customer: Ints,
    offer: Ints,
    served: Ints,
    price: Ints,
    territory: NDArray[np.uint16],
    type_: NDArray[np.uint8],
    shape: tuple[int, int, int],
) -> Counts:
    """Orders served, units and value by territory, type and offer, int64 [3, T, K, J]; ``shape`` is (T, K, J)."""
    total = np.zeros((3, *shape), np.int64)
    columns = (_sealed(customer), _sealed(offer), _sealed(served), _sealed(price))
    _tally_purchases(*columns, sealed_array(territory), sealed_array(type_), total)
    return total


def units_by_stock(stock: Ints, units: Ints, size: int) -> Counts:
    """Units summed by flat stock cell, int64 [``size``]; orders with −1 use no stock of ours."""
    total = np.zeros(size, np.int64)
    _units_by_stock(_sealed(stock), _sealed(units), total)
    return total


def value_by_distributor(
    customer: Ints, offer: Ints, served: Ints, price: Ints, distributor: NDArray[np.uint16], shape: tuple[int, int]
) -> Counts:
    """What was paid for the units served, by the customer's home distributor and offer, int64 ``shape`` [D, J]."""
    total = np.zeros(shape, np.int64)
    columns = (_sealed(customer), _sealed(offer), _sealed(served), _sealed(price))
    _value_by_distributor(*columns, sealed_array(distributor), total)
    return total


def sum_lines(lines: Reals, group: NDArray[np.int32], groups: int) -> Reals:
    """Each of the ``lines`` [n, R] summed by the ``group`` of its places [R], one after the other, [n, ``groups``]."""
    total = np.zeros((len(lines), groups))
    _sum_lines(lines, sealed_array(group), total)
    return total


@jit_bare
def _sum_lines(lines: Reals, group: NDArray[np.int32], total: Reals) -> None:
    for k in range(lines.shape[0]):
        for r in range(lines.shape[1]):
            total[k, group[r]] += lines[k, r]


@jit_bare
def _count_events(rows: Counts, territory: NDArray[np.uint16], type_: NDArray[np.uint8], total: Counts) -> None:
    for k in range(rows.size):
        i: Whole = np.uint64(rows[k])
        total[territory[i], type_[i]] += 1


@jit_bare
def _tally_purchases(
    customer: Counts,
    offer: Counts,
    served: Counts,
    price: Counts,
    territory: NDArray[np.uint16],
    type_: NDArray[np.uint8],
    total: Counts,
) -> None:
    for k in range(customer.size):
        i: Whole = np.uint64(customer[k])
        t, c, j = territory[i], type_[i], np.uint64(offer[k])
        total[0, t, c, j] += served[k] > 0
        total[1, t, c, j] += served[k]
        total[2, t, c, j] += served[k] * price[k]


@jit_bare
def _value_by_distributor(
    customer: Counts, offer: Counts, served: Counts, price: Counts, distributor: NDArray[np.uint16], total: Counts
) -> None:
    for k in range(customer.size):
        d = distributor[np.uint64(customer[k])]
        total[d, np.uint64(offer[k])] += served[k] * price[k]


@jit_bare
def _units_by_stock(stock: Counts, units: Counts, total: Counts) -> None:
    for k in range(stock.size):
        if stock[k] >= 0:
            total[stock[k]] += units[k]


def _sealed(values: Ints) -> Counts:
    if values.dtype != _COUNTS or not values.flags.c_contiguous:
        values = np.ascontiguousarray(values, np.int64)
    return sealed_array(values)
