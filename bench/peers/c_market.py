"""The rules of the demand phases in C with OpenMP: compiled here with gcc, one call a week on arrays of its own."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cut import Cut, Standing, demand_of_cut
from sim.stages import Stage

SOURCE = Path(__file__).with_name("demand.c")
COMPILER = "gcc"
FLAGS = ("-O3", "-march=native", "-fopenmp", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")

_STAGES = len(Stage)
#: Fields of the struct ``Market`` in their order: sizes, columns that are read, columns that change, numbers.
_SIZES = ("rows", "own_brand", "visits", "distributors", "groups", "types", "territories")
_READ = [
    "key",
    "type",
    "price_group",
    "own",
    "available",
    "territory",
    "distributor",
    "rate",
    "purchase_rate",
    "price_sensitivity",
    "order_size",
    "taste",
    "hazard",
    "appeal",
    "attributes",
    "price",
    "quality",
    "brand",
    "indptr",
    "strong_end",
    "neighbours",
    "called",
    "visit_row",
    "visit_calls",
    "visit_speaks",
]
_CHANGED = [
    "aware",
    "stage",
    "loyalty",
    "satisfaction",
    "expectation",
    "relationship",
    "talk_weak",
    "talk_strong",
    "speaks",
    "owned",
    "last_order",
]
#: Columns that lie in one row of floats for each customer.
_MINDS = ("loyalty", "satisfaction", "expectation", "taste", "price_sensitivity", "order_size")
#: Floats in a cache line.
_LINE = 16
_FLOATS = [
    "visit",
    "weak",
    "strong",
    "forgetting",
    "keep",
    "least",
    "most",
    "shape",
    "half",
    "tick",
    "b_loyalty",
    "b_satisfaction",
    "b_relationship",
    "b_neighbours",
    "neutral",
    "outside",
    "order_spread",
    "carry_over",
    "step",
    "performance",
    "disconfirmation",
    "loss_aversion",
    "expectation_step",
    "e_neutral",
    "content_at",
    "disappointed_at",
    "noise",
]
_FUNNEL = ["loyal_at", "intervals", "slowest_rate", "lapse_slope", "f_neutral", "f_tick"]


class _Market(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in _SIZES),
        *((name, ctypes.c_void_p) for name in (*_READ, *_CHANGED)),
        *((name, ctypes.c_float) for name in _FLOATS),
        ("ill", ctypes.c_int32),
        *((name, ctypes.c_float) for name in _FUNNEL),
        ("move", ctypes.c_float * (_STAGES * _STAGES)),
        ("gate", ctypes.c_uint16 * (_STAGES * _STAGES)),
    )


def has_compiler() -> bool:
    """Whether the C program can be built here."""
    return shutil.which(COMPILER) is not None


def compiler_version() -> str:
    """The compiler and its flags, for the report."""
    first = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    return f"{first}, {' '.join(FLAGS[:3])}"


@cache
def build(source: Path, brands: int, offers: int, attributes: int) -> ctypes.CDLL:
    """Build a program for these sizes; the library stays in a temporary folder for as long as the process lives."""
    folder = tempfile.mkdtemp(prefix=f"{source.stem}-")
    target = Path(folder) / "program.so"
    mind = mind_width(brands, attributes)
    sizes = (f"-DBRANDS={brands}", f"-DOFFERS={offers}", f"-DATTRIBUTES={attributes}", f"-DMIND={mind}")
    command = [COMPILER, *FLAGS, *sizes, str(source), "-o", str(target), "-lm"]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode:
        raise RuntimeError(f"{COMPILER} failed:\n{built.stderr}")
    library = ctypes.CDLL(str(target))
    shutil.rmtree(folder)  # the loaded library stays mapped
    return library


def mind_width(brands: int, attributes: int) -> int:
    """Floats in a customer's row of what an occasion reads: whole cache lines."""
    used = 3 * brands + attributes + 2
    return -(-used // _LINE) * _LINE


class CColumns:
    """A cut as the C programs take it: ``arrays`` by name, and the struct that points to them. Raises ValueError as :class:`CMarket`."""

    def __init__(self, cut: Cut) -> None:
        self.brand, _ = demand_of_cut(cut)
        self.arrays = {**_still(cut), **_changing(cut), **_minds(cut)}
        self.struct = _fill(cut, self.arrays)

    def standing(self, bought: NDArray[np.int64], occasions: int, units: int) -> Standing:
        """Aggregates of the columns; ``bought`` by brand."""
        a, rows = self.arrays, len(self.arrays["key"])
        brands = np.arange(len(bought))
        return Standing(
            aware_share=((a["aware"][:, np.newaxis] >> brands) & 1).mean(axis=0),
            buying_share=bought / rows,
            occasions=occasions / rows,
            satisfaction=a["satisfaction"].mean(axis=0, dtype=np.float64),
            loyalty=a["loyalty"].mean(axis=0, dtype=np.float64),
            relationship=float(a["relationship"].mean(dtype=np.float64)),
            speaking_well=(a["speaks"] > 0).mean(axis=0),
            speaking_ill=(a["speaks"] < 0).mean(axis=0),
            stages=np.bincount(a["stage"], minlength=_STAGES) / rows,
            units=units / rows,
        )


class CMarket:
    """A market whose weeks are run by the C program. Raises ValueError for a cut with durables or several categories."""

    def __init__(self, cut: Cut, seed: int, *, threads: int = 1) -> None:
        self._cut, self._seed, self.threads = cut, seed, threads
        self._tick = cut.first_week
        self._columns = CColumns(cut)
        self.arrays = self._columns.arrays
        self._brands = cut.customers.loyalty.shape[1]
        self._library = build(SOURCE, self._brands, len(self._columns.brand), cut.customers.taste.shape[1])
        week = {
            "_fields_": (
                ("occasions", ctypes.c_int64),
                ("units", ctypes.c_int64),
                ("bought", ctypes.c_int64 * self._brands),
            )
        }
        self._week = type("Week", (ctypes.Structure,), week)()

    def step(self) -> None:
        """Run one week."""
        self._library.run_week(
            ctypes.byref(self._columns.struct),
            ctypes.c_uint64(self._seed),
            ctypes.c_int32(self._tick),
            ctypes.c_int(self.threads),
            ctypes.byref(self._week),
        )
        self._tick += 1

    def standing(self) -> Standing:
        """Aggregates after the latest week."""
        week = self._week
        return self._columns.standing(np.array(list(week.bought)), week.occasions, week.units)


def _still(cut: Cut) -> dict[str, NDArray[Any]]:
    """The columns that only are read, as the C program takes them."""
    start, offers, network, visits = cut.customers, cut.offers, cut.network, cut.visits
    called = np.zeros(len(start), np.uint8)
    called[visits.row] = visits.calls
    activity = cut.needs.activity[start.territory, start.type]
    given = {
        **{name: getattr(start, name) for name in ("key", "type", "price_group", "territory", "distributor")},
        "purchase_rate": start.purchase_rate,
        "rate": (start.purchase_rate * activity).astype(np.float32),
        "own": offers.own.astype(np.uint8),
        "available": offers.available.astype(np.uint8),
        "hazard": cut.hazard.astype(np.float32),
        **{name: getattr(offers, name).astype(np.float32) for name in ("appeal", "attributes", "price", "quality")},
        "brand": offers.brand.astype(np.int32),
        "indptr": network.indptr,
        "strong_end": network.strong_end,
        "neighbours": network.neighbours,
        "called": called,
        "visit_row": visits.row.astype(np.uint32),
        "visit_calls": visits.effective.astype(np.float32),
        "visit_speaks": cut.visit_speaks.astype(np.uint8),
    }
    return {name: np.ascontiguousarray(given[name]) for name in _READ if name not in _MINDS}


def _changing(cut: Cut) -> dict[str, NDArray[Any]]:
    """Copies of the columns that change; talk is kept by brand."""
    start = cut.customers
    plain = [name for name in _CHANGED if not name.startswith("talk") and name not in _MINDS]
    columns = {name: np.array(getattr(start, name), order="C") for name in plain}
    columns["owned"] = start.owned[:, 0].copy()
    return columns | {name: np.array(getattr(start, name).T, order="C") for name in ("talk_weak", "talk_strong")}


def _minds(cut: Cut) -> dict[str, NDArray[Any]]:
    """Views of one table that holds in a row, and cache line, all numbers of a customer that an occasion reads."""
    start, given = cut.customers, {}
    rows, width = len(start), mind_width(start.loyalty.shape[1], start.taste.shape[1])
    room = np.zeros(rows * width + _LINE, np.float32)
    skipped = -room.ctypes.data // room.itemsize % _LINE
    table = room[skipped : skipped + rows * width].reshape(rows, width)
    place = 0
    for name in _MINDS:
        column = getattr(start, name).reshape(rows, -1)
        given[name] = table[:, place : place + column.shape[1]]
        given[name][:] = column
        place += column.shape[1]
    return given


def _fill(cut: Cut, arrays: dict[str, NDArray[Any]]) -> _Market:
    spread, relationship, choice, experience, funnel = cut.numbers
    offers = cut.offers
    groups, types = offers.price.shape[1], offers.appeal.shape[1]
    sizes = (
        len(cut.customers),
        cut.own_brand,
        len(cut.visits.row),
        len(offers.price),
        groups,
        types,
        cut.hazard.shape[1],
    )
    floats = (
        *(spread.visit, spread.weak, spread.strong, spread.forgetting),
        *(relationship.keep, relationship.least, relationship.most),
        *(relationship.shape, relationship.half, relationship.tick),
        *(choice.loyalty, choice.satisfaction, choice.relationship, choice.neighbours, choice.neutral),
        *(offers.outside[0], offers.order_spread[0]),
        *(experience.carry_over, experience.step, experience.performance, experience.disconfirmation),
        *(experience.loss_aversion, experience.expectation_step, experience.neutral),
        *(experience.content_at, experience.disappointed_at, experience.noise),
    )
    moves = (funnel.loyal_at, funnel.intervals, funnel.slowest_rate, funnel.lapse_slope, funnel.neutral, funnel.tick)
    market = _Market()
    for name, size in zip(_SIZES, sizes, strict=True):
        setattr(market, name, int(size))
    for name in (*_READ, *_CHANGED):
        setattr(market, name, arrays[name].ctypes.data)
    for name, number in zip((*_FLOATS, *_FUNNEL), (*floats, *moves), strict=True):
        setattr(market, name, float(number))
    market.ill = int(experience.ill)
    market.move[:] = [float(p) for p in np.asarray(funnel.hazard).ravel()]
    market.gate[:] = [int(g) for g in np.asarray(funnel.gate).ravel()]
    return market
