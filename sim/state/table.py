"""Arrays under the write guard: a table declares its columns, and only the phase that declared a write may write.

A subclass of :class:`Table` names its columns with :func:`column`; an instance holds one array per column, as plain
attributes, so that ``reps.motivation`` costs no call and a type checker knows its dtype and refuses a name that is
misspelt. All arrays are read-only until :meth:`Guarded.lend` opens some of them; writing anywhere else raises at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

ScalarT = TypeVar("ScalarT", bound=np.generic)

#: Opens or closes an array: ``setflags`` with its argument by position, which takes a third of the time.
_set_writeable = cast("Callable[[NDArray[Any], bool], None]", np.ndarray.setflags)

#: Week of a purchase that never was.
NEVER = -32768


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


def column(
    dtype: type[ScalarT],
    unit: str,
    meaning: str,
    *,
    width: str | None = None,
    fill: float = 0,
    layout: Literal["by_row", "by_item"] = "by_row",
) -> NDArray[ScalarT]:
    """Declare a column in the body of a :class:`Table`: see :class:`Column`. Its type is that of the array it becomes."""
    return cast("NDArray[ScalarT]", Column("", dtype, unit, meaning, width, fill, layout))


class Guarded:
    """Named arrays of any shape that are read-only unless they are opened for writing."""

    #: The class without a watch on what is read, see :mod:`sim.state.read_guard`.
    plain: ClassVar[type[Guarded]]

    _arrays: dict[str, NDArray[Any]]
    _lent: frozenset[str]
    _loans: int
    #: The arrays of the sets of columns that were lent before: phases lend the same few sets every week.
    _sets: dict[frozenset[str], list[NDArray[Any]]]
    #: Read-only views of the sets of columns that kernels were handed before.
    _views: dict[tuple[str, ...], tuple[NDArray[Any], ...]]

    def __init_subclass__(cls, *, watched: bool = False) -> None:
        super().__init_subclass__()
        if not watched:
            cls.plain = cls

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take ``arrays`` under the guard as they are, without a copy."""
        self._arrays = {}
        self._lent = frozenset()
        self._loans = 0
        self._sets = {}
        self._views = {}
        for array in arrays.values():
            array.flags.writeable = False
        self._put(arrays)

    def _put(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Hold ``arrays``; they are plain attributes as well."""
        self._arrays.update(arrays)
        self._sets.clear()
        self._views.clear()
        self.__dict__.update(arrays)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickle; read-only arrays come back as views of bytes that can never be written, so they are copied."""
        self.__dict__.update(state)
        arrays = {name: np.array(array, order="K") for name, array in state["_arrays"].items()}
        for array in arrays.values():
            array.flags.writeable = False
        self.__dict__.update(_arrays={}, _sets={}, _views={})
        self._put(arrays)

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
    def lend(self, writes: Iterable[str]) -> Iterator[Self]:
        """Make the columns named in ``writes`` writable while the context is open.

        A loan inside a loan may only name columns of the outer one. Raises ValueError for names that are not
        columns or not in the outer loan.
        """
        outer = self.begin_loan(frozenset(writes))
        try:
            yield self
        finally:
            self.end_loan(outer)

    def begin_loan(self, names: frozenset[str]) -> frozenset[str]:
        """Open ``names`` and return what was open before, to be passed to :meth:`end_loan`; raises as :meth:`lend`."""
        # There is a loan for each table and phase: attributes that are set one by one would cost more than the loan.
        held = self.__dict__
        opened, outer = held["_sets"].get(names) or self._set_of(names), held["_lent"]
        if held["_loans"]:
            if not names <= outer:
                raise ValueError(f"not lent to this phase: {', '.join(sorted(names - outer))}")
            for array in self._set_of(outer - names):
                _set_writeable(array, False)
        else:
            for array in opened:
                _set_writeable(array, True)
        held["_loans"] += 1
        held["_lent"] = names
        return cast("frozenset[str]", outer)

    def end_loan(self, outer: frozenset[str]) -> None:
        """Give back what :meth:`begin_loan` opened."""
        held = self.__dict__
        held["_loans"] -= 1
        if held["_loans"]:
            for array in self._set_of(outer - held["_lent"]):
                _set_writeable(array, True)
        else:
            for array in self._set_of(held["_lent"]):
                _set_writeable(array, False)
        held["_lent"] = outer

    def _set_of(self, names: frozenset[str]) -> list[NDArray[Any]]:
        """The arrays of ``names``. Raises ValueError for a name that is no column."""
        if not names <= self._arrays.keys():
            raise ValueError(f"no such column: {', '.join(sorted(names - self._arrays.keys()))}")
        if names not in self._sets:
            self._sets[names] = [self._arrays[name] for name in names]
        return self._sets[names]

    def sealed(self, names: tuple[str, ...]) -> tuple[NDArray[Any], ...]:
        """Views of the columns ``names`` that are read-only even while these are lent: as kernels take what they only read."""
        held = self.__dict__
        if "_watch" in held:
            for name in names:
                held["_watch"](name)
        if names not in held["_views"]:
            held["_views"][names] = tuple(self._arrays[name].view() for name in names)
            for view in held["_views"][names]:
                _set_writeable(view, False)
        return cast("tuple[NDArray[Any], ...]", held["_views"][names])

    def writables(self, names: tuple[str, ...]) -> tuple[NDArray[Any], ...]:
        """The arrays of columns that are lent now, in the order of ``names``. Raises PermissionError otherwise."""
        held = self.__dict__
        if not held["_lent"].issuperset(names):
            raise PermissionError(f"not lent to this phase: {', '.join(sorted(set(names) - held['_lent']))}")
        arrays = held["_arrays"]
        return tuple([arrays[name] for name in names])

    def writable(self, name: str) -> NDArray[Any]:
        """The array of a column that is lent now. Raises PermissionError otherwise."""
        if name not in self._lent:
            raise PermissionError(f"column {name!r} is not lent to this phase")
        return self._arrays[name]


class Table(Guarded):
    """Rows with the columns that a subclass declares: ``customers.loyalty`` is a float32 array of shape (rows, brands)."""

    declared: ClassVar[Mapping[str, Column]] = {}

    def __init_subclass__(cls, *, watched: bool = False) -> None:
        """Collect the columns that the body of the class declares; they become attributes of instances alone."""
        super().__init_subclass__(watched=watched)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Column)}
        for name in own:
            delattr(cls, name)
        cls.declared = {**cls.declared, **{name: replace(value, name=name) for name, value in own.items()}}

    def __init__(self, rows: int, widths: Mapping[str, int] | None = None) -> None:
        """Make all columns with ``rows`` rows, filled with their ``fill``; ``widths`` gives the second dimensions.

        Raises ValueError for a width that is missing.
        """
        self._rows = rows
        super().__init__({name: _made(column, rows, widths or {}) for name, column in self.declared.items()})

    def __len__(self) -> int:
        return self._rows

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

    def taken(self, rows: NDArray[np.integer[Any]]) -> Self:
        """A copy that holds ``rows`` of this table, in that order."""
        return self._copy(len(rows), lambda array: array[rows])

    def copy(self) -> Self:
        """An independent copy, nothing lent."""
        return self._copy(self._rows, lambda array: array)

    def _copy(self, rows: int, pick: Callable[[NDArray[Any]], NDArray[Any]]) -> Self:
        other = cast("Self", object.__new__(self.plain))
        other._rows = rows
        arrays = {
            name: np.array(pick(getattr(self, name)), order=column.order) for name, column in self.declared.items()
        }
        Guarded.__init__(other, arrays)
        return other


def _made(column: Column, rows: int, widths: Mapping[str, int]) -> NDArray[Any]:
    """The array of a column before anything is known of its rows."""
    if column.width is not None and column.width not in widths:
        raise ValueError(f"column {column.name} needs the number of {column.width}")
    shape = (rows,) if column.width is None else (rows, widths[column.width])
    return np.full(shape, column.fill, column.dtype, order=column.order)


def columns_of(table: str, names: str) -> tuple[str, ...]:
    """Names like ``table.column``, as phases declare what they read and write; ``names`` are divided by blanks."""
    return tuple(f"{table}.{name}" for name in names.split())
