"""A customer's whole week in C with OpenMP: the program whole_week.c on a cut, one call a week."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cut import Cut
from bench.peers.c_market import CColumns, build
from bench.week_standing import INSPECTED_EVERY, Averages, WeekStanding, WeekTables, stand
from sim.quantity import WEEKS_PER_YEAR

SOURCE = Path(__file__).with_name("whole_week.c")
#: The steps that the program times, by the phase of the week they belong to.
STEPS = ("look", "spread", "demand", "fulfil", "serve", "record")

_SIZES = ("marks", "stock_cells", "stale")
_ARRAYS = [
    "known",
    "account",
    "measured",
    "truth",
    "weight",
    "price_minor",
    "list_price",
    "stock",
    "value",
    "orders",
    "bought",
    "ordered",
    "confirmed",
    "content",
    "news_value",
    "news_orders",
    "news_week",
]
_MEASURES_PEOPLE, _MEASURES_RECORDS, _MEASURES_INSPECTED = 4, 4, 8
_FIXED_POINT = 1e6


class _Books(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in _SIZES),
        *((name, ctypes.c_void_p) for name in _ARRAYS),
        ("keep", ctypes.c_float),
        ("gain", ctypes.c_float),
    )


class CWeek:
    """A market whose customers' whole weeks are run by the C program. Raises ValueError for a cut with durables or several categories.

    ``seconds`` holds what each step took, week by week.
    """

    def __init__(self, cut: Cut, seed: int, *, threads: int = 1) -> None:
        self._cut, self._seed, self.threads = cut, seed, threads
        self._tick = cut.first_week
        self._columns = CColumns(cut)
        self.arrays = {**self._columns.arrays, **_of_firm(cut)}
        self._books = _fill(cut, self.arrays)
        brands, attributes = cut.customers.loyalty.shape[1], cut.customers.taste.shape[1]
        self._library = build(SOURCE, brands, len(self._columns.brand), attributes)
        self._library.room_for_totals.restype = ctypes.c_int64
        self._totals = np.zeros(self._library.room_for_totals(*self._pointers()), np.int64)
        self._times = np.zeros(len(STEPS))
        self._inspected: NDArray[Any] = np.zeros((_MEASURES_INSPECTED, *self._cells()))
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def step(self) -> None:
        """Run one week."""
        inspect = (self._tick + 1) % INSPECTED_EVERY == 0
        self._library.run_week(
            *self._pointers(),
            ctypes.c_uint64(self._seed),
            ctypes.c_int32(self._tick),
            ctypes.c_int32(self._tick - round(WEEKS_PER_YEAR)),
            ctypes.c_int(inspect),
            ctypes.c_int(self.threads),
            ctypes.c_void_p(self._totals.ctypes.data),
            ctypes.c_void_p(self._times.ctypes.data),
        )
        self._tick += 1
        if inspect:
            self._inspected = self._tables().inspected
        for name, seconds in zip(STEPS, self._times, strict=True):
            self.seconds[name].append(float(seconds))

    def standing(self) -> WeekStanding:
        """Aggregates of the latest week."""
        tables = self._tables()._replace(inspected=self._inspected)
        by_offer = tables.sold.sum(axis=(1, 2))
        bought = np.bincount(self._columns.brand, by_offer[0], self._cut.customers.loyalty.shape[1]).astype(np.int64)
        customers = self._columns.standing(bought, int(tables.occasions.sum()), int(by_offer[1].sum()))
        averages = Averages(*(self.arrays[name] for name in Averages._fields))
        return stand(customers, self._cut, tables, averages, self.arrays["expectation"])

    def _pointers(self) -> tuple[Any, Any]:
        return ctypes.byref(self._columns.struct), ctypes.byref(self._books)

    def _cells(self) -> tuple[int, int]:
        return self._cut.hazard.shape[1], self._cut.offers.appeal.shape[1]

    def _tables(self) -> WeekTables:
        """The totals of the latest week; sums of reals are in fixed point, measures come last."""
        cells, offers = self._cells(), len(self._cut.offers.brand)
        distributors, stocks = len(self._cut.offers.available), int(self._books.stock_cells)
        shapes = (
            *((3, *cells, offers), (stocks,), (distributors, offers), cells, cells, cells),
            *((*cells, _MEASURES_PEOPLE), (cells[0], _MEASURES_RECORDS), (*cells, _MEASURES_INSPECTED)),
        )
        edges = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
        parts = [part.reshape(shape) for part, shape in zip(np.split(self._totals, edges), shapes, strict=True)]
        *counts, people, records, inspected = parts
        measured = [np.moveaxis(part, -1, 0).astype(np.float64) for part in (people, records, inspected)]
        for part in measured:
            part[-1] /= _FIXED_POINT
        return WeekTables(*counts, *measured)


def _of_firm(cut: Cut) -> dict[str, NDArray[Any]]:
    """What the firm knows and remembers, as the C program takes it."""
    firm, offers, visits = cut.firm, cut.offers, len(cut.visits.row)
    own = int(offers.own.sum())
    column = firm.own_column[np.newaxis, :]
    cells = np.where(column >= 0, np.arange(len(offers.available))[:, np.newaxis] * own + column, -1)
    given = {
        "known": firm.known.astype(np.uint8),
        "account": (firm.rep >= 0).astype(np.uint8),
        "measured": firm.measured.astype(np.float32),
        "truth": cut.customers.marks.astype(np.float32),
        "weight": firm.mark_weight.astype(np.float64),
        "price_minor": offers.price_minor.astype(np.int64),
        "list_price": firm.list_price,
        "stock": cells.astype(np.int32),
        **{name: getattr(firm, name).astype(np.float32) for name in Averages._fields},
        "confirmed": firm.confirmed.astype(np.int32),
        "content": cut.customers.satisfaction[:, cut.own_brand].astype(np.float32),
        **{name: np.zeros(visits, np.float32) for name in ("news_value", "news_orders")},
        "news_week": np.full(visits, -1, np.int32),
    }
    return {name: np.array(given[name], order="C") for name in _ARRAYS}


def _fill(cut: Cut, arrays: dict[str, NDArray[Any]]) -> _Books:
    books = _Books()
    books.marks = len(cut.firm.mark_weight)
    books.stock_cells = len(cut.offers.available) * int(cut.offers.own.sum())
    books.stale = cut.firm.stale
    for name in _ARRAYS:
        setattr(books, name, arrays[name].ctypes.data)
    books.keep, books.gain = float(cut.firm.keep), float(cut.firm.gain)
    return books
