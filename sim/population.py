"""Customers as columns: one array per property, lent for writing only to the phase that declared it.

A :class:`Column` says what a property is; :class:`Columns` holds the arrays. All arrays are read-only until
:meth:`Columns.lend` opens some of them; writing anywhere else raises at once. Actors' tables use the same
mechanism.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

#: Week of a purchase that never was.
NEVER = -32768

#: Brand owned by a customer who owns none.
NO_BRAND = -1

#: Brands and categories fit the bits of one byte.
MAX_BRANDS = 8
MAX_CATEGORIES = 8


@dataclass(frozen=True)
class Column:
    """One property of the rows of a table.

    ``width`` names what the second dimension counts ("brands", "attributes" …; None: one value a row).
    ``layout`` says what lies together in memory: "by_row" one row's values; "by_item" one brand's, where the rows
    of one brand are swept or changed alone. (One record per row for all columns of a choice was tried: slower, the
    hardware fetches scattered records less well than columns.)
    """

    name: str
    dtype: type[np.generic]
    unit: str
    meaning: str
    width: str | None = None
    fill: float = 0
    layout: Literal["by_row", "by_item"] = "by_row"

    @property
    def order(self) -> Literal["C", "F"]:
        """How numpy names the layout."""
        return "F" if self.layout == "by_item" else "C"


class Columns:
    """The columns of one table, as attributes: ``customers.loyalty`` is a float32 array of shape (rows, brands)."""

    declared: Mapping[str, Column]

    def __init__(self, declared: Sequence[Column], rows: int, widths: Mapping[str, int]) -> None:
        """Make all columns with ``rows`` rows, filled with their ``fill``; ``widths`` gives the second dimensions.

        Raises ValueError for a width that is missing or a name declared twice.
        """
        self.declared = {column.name: column for column in declared}
        if len(self.declared) != len(declared):
            raise ValueError("a column is declared twice")
        self._rows = rows
        self._arrays: dict[str, NDArray[Any]] = {}
        self._lent: frozenset[str] = frozenset()
        self._loans = 0
        for column in declared:
            if column.width is not None and column.width not in widths:
                raise ValueError(f"column {column.name} needs the number of {column.width}")
            shape = (rows,) if column.width is None else (rows, widths[column.width])
            array = np.full(shape, column.fill, column.dtype, order=column.order)
            array.flags.writeable = False
            self._put({column.name: array})

    def _put(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Hold ``arrays``; they are attributes as well, found without a call of ``__getattr__``."""
        self._arrays.update(arrays)
        self.__dict__.update(arrays)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickle; read-only arrays come back as views of bytes that nobody could ever write, so they are copied."""
        self.__dict__.update(state)
        arrays = {name: np.array(array, order="K") for name, array in state["_arrays"].items()}
        for array in arrays.values():
            array.flags.writeable = False
        self.__dict__["_arrays"] = {}
        self._put(arrays)

    def __len__(self) -> int:
        return self._rows

    def __getattr__(self, name: str) -> NDArray[Any]:
        raise AttributeError(f"no column {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__.get("_arrays", ()):
            raise AttributeError(f"column {name!r} cannot be replaced; write into it while it is lent")
        super().__setattr__(name, value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    @property
    def lent(self) -> frozenset[str]:
        """Names of the columns that are writable now."""
        return self._lent

    @contextmanager
    def lend(self, writes: Iterable[str]) -> Iterator[Columns]:
        """Make the columns named in ``writes`` writable while the context is open.

        A loan inside a loan may only name columns of the outer one. Raises ValueError for names that are no
        columns or not in the outer loan.
        """
        outer = self.begin_loan(frozenset(writes))
        try:
            yield self
        finally:
            self.end_loan(outer)

    def begin_loan(self, names: frozenset[str]) -> frozenset[str]:
        """Open ``names`` and return what was open before, to be handed to :meth:`end_loan`; raises as :meth:`lend`."""
        if not names <= self._arrays.keys():
            raise ValueError(f"no such column: {', '.join(sorted(names - self._arrays.keys()))}")
        outer = self._lent
        if self._loans and not names <= outer:
            raise ValueError(f"not lent to this phase: {', '.join(sorted(names - outer))}")
        self._open(names)
        self._loans += 1
        return outer

    def end_loan(self, outer: frozenset[str]) -> None:
        """Give back what :meth:`begin_loan` opened."""
        self._loans -= 1
        self._open(outer)

    def _open(self, names: frozenset[str]) -> None:
        for name in self._lent ^ names:
            self._arrays[name].flags.writeable = name in names
        self._lent = names

    def writable(self, name: str) -> NDArray[Any]:
        """The array of a column that is lent now. Raises PermissionError otherwise."""
        if name not in self._lent:
            raise PermissionError(f"column {name!r} is not lent to this phase")
        return self._arrays[name]

    def fill(self, values: Mapping[str, object]) -> None:
        """Write whole columns, as the builder of a world does. Raises ValueError where a shape or range does not fit."""
        with self.lend(values):
            for name, value in values.items():
                target = self._arrays[name]
                given = np.asarray(value)
                if given.ndim and given.shape != target.shape:
                    raise ValueError(f"column {name} has shape {target.shape}, got {given.shape}")
                if target.dtype.kind in "iu":
                    limits = np.iinfo(target.dtype)
                    if given.size and (given.min() < limits.min or given.max() > limits.max):
                        raise ValueError(
                            f"column {name} holds {target.dtype}: {given.min()}..{given.max()} does not fit"
                        )
                target[...] = given

    def taken(self, rows: NDArray[np.integer[Any]]) -> Columns:
        """A copy that holds ``rows`` of this table, in that order."""
        return self._copy(len(rows), lambda array: array[rows])

    def copy(self) -> Columns:
        """An independent copy, nothing lent."""
        return self._copy(self._rows, lambda array: array)

    def _copy(self, rows: int, pick: Any) -> Columns:
        other = Columns((), rows, {})
        other.declared = self.declared
        for name, column in self.declared.items():
            array = np.array(pick(self._arrays[name]), order=column.order)
            array.flags.writeable = False
            other._put({name: array})
        return other


#: What is known of each customer: the truth, which the firm does not see.
CUSTOMER_COLUMNS: tuple[Column, ...] = (
    Column(
        "key", np.uint64, "-", "stable key, used in draws: the place in a generated market, a hash of the id in a table"
    ),
    Column("type", np.uint8, "-", "latent type: the true segment"),
    Column("territory", np.uint16, "-", "territory the customer is in"),
    Column("distributor", np.uint16, "-", "home distributor"),
    Column("marks", np.float32, "mark scale", "true marks: what can be observed of a customer", "marks"),
    Column("taste", np.float32, "utility per attribute", "weight on each attribute of an offer", "attributes"),
    Column("price_sensitivity", np.float32, "utility per relative price", "weight on price"),
    Column("purchase_rate", np.float32, "occasions a week", "rate of consumable occasions"),
    Column("order_size", np.float32, "units", "mean units per occasion", None, 1.0),
    Column("aware", np.uint8, "bit per brand", "brands the customer knows"),
    Column("loyalty", np.float32, "share", "smoothed share of past purchases by brand", "brands"),
    Column("satisfaction", np.float32, "0..1", "how well the brand has served", "brands"),
    Column("expectation", np.float32, "quality scale", "performance expected of the brand", "brands"),
    Column("relationship", np.float32, "0..1", "stock of goodwill built by calls of our reps"),
    Column("persuasion", np.float32, "utility", "what the skill of its rep adds to our offers this week"),
    Column("talk_weak", np.int16, "half units", "net talk of weak ties about the brand", "brands", 0, "by_item"),
    Column("talk_strong", np.int16, "half units", "net talk of strong ties about the brand", "brands", 0, "by_item"),
    Column("speaks", np.int8, "-1, 0, +1", "what the customer says of the brand now", "brands"),
    Column("owned", np.int8, "brand", "brand of the last purchase, -1 for none", "categories", NO_BRAND),
    Column("bought_week", np.int32, "week", "week of the last purchase, NEVER for none", "categories", NEVER),
    Column(
        "failed_week", np.int32, "week", "week of the owned item's last failure, NEVER for none", "categories", NEVER
    ),
    Column(
        "next_failure",
        np.int32,
        "week",
        "week in which the owned item fails next, unless the design has got better",
        "categories",
        NEVER,
    ),
    Column("need_open", np.uint8, "bit per category", "durable categories with an open need"),
    Column("last_order", np.int32, "week", "week of the last purchase from us, NEVER for none", None, NEVER),
    Column("stage", np.uint8, "funnel stage", "where the customer stands with us (stages.Stage)"),
    Column("price_group", np.uint8, "-", "segment label the firm put on the customer, 0 for none"),
    Column("churn", np.float32, "probability a tick", "own chance to lapse when overdue, where it differs", "churn"),
)


def make_customers(
    rows: int, *, brands: int, categories: int, attributes: int, marks: int, churn: bool = False
) -> Columns:
    """Empty columns for ``rows`` customers, with keys 0..rows-1; ``churn`` says whether each has a chance to lapse of its own.

    Raises ValueError beyond 8 brands or categories.
    """
    if not 1 <= brands <= MAX_BRANDS or not 1 <= categories <= MAX_CATEGORIES:
        raise ValueError(f"1..{MAX_BRANDS} brands and 1..{MAX_CATEGORIES} categories, got {brands} and {categories}")
    widths = {
        "brands": brands,
        "categories": categories,
        "attributes": attributes,
        "marks": marks,
        "churn": int(churn),
    }
    customers = Columns(CUSTOMER_COLUMNS, rows, widths)
    customers.fill({"key": np.arange(rows, dtype=np.uint64)})
    return customers
