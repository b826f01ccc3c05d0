"""Counts of customers for the records: integer histograms, summed over fixed blocks of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.jit import BLOCK, blocks_of, jit, run_blocks, sealed_array, threads_for

Counts = NDArray[np.int64]
Ints = NDArray[np.integer[Any]]


@jit
def _tally(
    first: int,
    last: int,
    territory: NDArray[np.uint16],
    type_: NDArray[np.uint8],
    value: NDArray[np.uint8],
    partial: Counts,
) -> None:
    for block in range(first, last):
        for i in range(block * BLOCK, min((block + 1) * BLOCK, value.size)):
            partial[territory[i], type_[i], value[i]] += 1


def count_by_territory_and_type(
    territory: NDArray[np.uint16],
    type_: NDArray[np.uint8],
    value: NDArray[np.uint8],
    *,
    territories: int,
    types: int,
    values: int,
) -> Counts:
    """Customers by territory, type and a byte (stage, price group, awareness byte), int64[territories, types, values]."""
    threads = threads_for(len(value))
    blocks = blocks_of(len(value))
    parts = [np.zeros((territories, types, values), np.int64) for _ in range(threads)]
    where, what, counted = sealed_array(territory), sealed_array(type_), sealed_array(value)
    edges = [blocks * share // threads for share in range(threads + 1)]

    def part(first: int, last: int) -> None:
        for share in range(first, last):
            _tally(edges[share], edges[share + 1], where, what, counted, parts[share])

    run_blocks(part, threads, threads)
    total: Counts = np.sum(parts, axis=0)
    return total


def count_aware(
    territory: NDArray[np.uint16],
    type_: NDArray[np.uint8],
    aware: NDArray[np.uint8],
    *,
    territories: int,
    types: int,
    brands: int,
) -> Counts:
    """Customers who know each brand, by territory and type, int64[territories, types, brands]."""
    by_byte = count_by_territory_and_type(territory, type_, aware, territories=territories, types=types, values=256)
    knows = (np.arange(256)[:, np.newaxis] >> np.arange(brands)) & 1
    counts: Counts = by_byte @ knows
    return counts


def count_orders(
    territory: Ints, type_: Ints, offer: Ints, units: Ints, *, territories: int, types: int, offers: int
) -> tuple[Counts, Counts]:
    """Orders and units by territory, type and offer, both int64[territories, types, offers], from one entry per order."""
    cell = (territory.astype(np.int64) * types + type_) * offers + offer
    size = territories * types * offers
    orders = np.bincount(cell, minlength=size)
    totals = np.bincount(cell, weights=units, minlength=size)  # exact: integers far below 2^53
    shape = (territories, types, offers)
    return orders.reshape(shape).astype(np.int64), totals.reshape(shape).astype(np.int64)
