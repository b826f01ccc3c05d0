"""The customer database and the reps' diaries at the start: what the firm has on record before the first week."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import rng
from sim.params import Params
from sim.params.world import World
from sim.quantity import WEEKS_PER_YEAR
from sim.rng import Decision
from sim.state.customers import Customers
from sim.state.diary import Diary
from sim.state.knowledge import Knowledge
from sim.state.table import NEVER

Array = NDArray[Any]

# Draws of the database at the start, distinguished by index within one decision.
_HAS_RECORD, _HAS_HISTORY, _HISTORY_ERROR = 0, 1, 2
#: Index of the draw that says whose purchases our books name.
_TRAIT = 0

#: Customers whose records are drawn together: doubles for all at once would be the peak of memory.
_ROWS_AT_ONCE = 1 << 18


def build_database(
    world: World, params: Params, seed: int, customers: Customers, yearly: Array, rate: Array
) -> tuple[Knowledge, Diary]:
    """Knowledge and diary tables.

    ``yearly`` [N] is what each customer is expected to buy from us in a year at list price, minor units:
    the past of those who use our brand, since the simulation itself has none yet. ``rate`` [N] is how often each buys
    from anyone, times a week.
    """
    rows = len(customers)
    numbers = params.database
    widths = {"books": int(numbers.ledger_share > 0), "doubts": 2 if numbers.smoothing == "precision" else 0}
    knowledge = Knowledge(rows, {"marks": len(world.marks), **widths})
    diary = Diary(rows)
    written = ("known", "marks", "value", "orders", "last_order", "confirmed", "in_books", "doubt")
    with knowledge.lend(written), diary.lend(("bought", "ordered")):
        for start in range(0, rows, _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            records, past = _records(world, params, seed, customers, yearly, rate, part)
            for name, values in records.items():
                knowledge.writable(name)[part] = values
            for name, values in past.items():
                diary.writable(name)[part] = values
            if widths["books"]:
                trait = rng.uniform(seed, Decision.IN_BOOKS, 0, customers.key[part], _TRAIT)
                knowledge.writable("in_books")[part, 0] = trait < numbers.ledger_share
            if widths["doubts"]:
                knowledge.writable("doubt")[part, 1] = np.where(records["known"], numbers.mark_error, np.nan)
    return knowledge, diary


def _records(
    world: World, params: Params, seed: int, customers: Customers, yearly: Array, rate: Array, part: slice
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Columns of the database and of the diary for the customers in ``part``; draws are keyed, so the division into parts does not matter."""
    numbers, key, buys = params.database, customers.key[part], customers.last_order[part] != NEVER
    bought = np.where(buys, yearly[part], 0.0)
    frequency = np.where(buys, rate[part] * WEEKS_PER_YEAR, 0.0)
    known = rng.uniform(seed, Decision.CONTACT_FOUND, 0, key, _HAS_RECORD) < numbers.coverage_start
    seen = known & (rng.uniform(seed, Decision.CONTACT_FOUND, 0, key, _HAS_HISTORY) < numbers.history_start)
    error = np.exp(numbers.history_error * rng.normal(seed, Decision.CONTACT_FOUND, 0, key, _HISTORY_ERROR))
    index = np.arange(len(world.marks))[None, :]
    noise = rng.normal(seed, Decision.MEASUREMENT_AT_START, 0, key[:, None], index)
    marks = customers.marks[part] + numbers.mark_error * mark_spread(world) * noise
    records = {
        "known": known,
        "marks": np.where(known[:, None], marks, np.nan),
        "value": np.where(seen, bought * error, 0.0),
        "orders": np.where(seen, frequency, 0.0),
        "last_order": np.where(seen, customers.last_order[part], NEVER),
        "confirmed": np.where(known, 0, NEVER),
    }
    return records, {"bought": bought, "ordered": frequency}


def mark_spread(world: World) -> Array:
    """Standard deviation of each mark over the whole market [marks]."""
    share = np.array([t.share for t in world.customer_types])
    share = share / max(share.sum(), 1e-12)
    mean = np.array([t.marks for t in world.customer_types]).reshape(len(share), -1)
    within = np.array([t.marks_spread for t in world.customer_types])[:, None]
    overall = share @ mean
    spread: Array = np.sqrt(share @ (within**2 + (mean - overall) ** 2))
    return spread
