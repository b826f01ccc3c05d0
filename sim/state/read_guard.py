"""The read guard: which columns are read while a phase runs, noted or refused; without it, reading costs nothing more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from sim.state.table import Guarded


class UndeclaredRead(PermissionError):
    """A phase read a column that it declares neither as read nor as written."""


_WATCHED: dict[type[Guarded], type[Guarded]] = {}


def _watched(plain: type[Guarded]) -> type[Guarded]:
    """The same class, of which every read of a column is passed to the instance's ``_watch``."""

    def read(table: Guarded, name: str) -> Any:
        held = object.__getattribute__(table, "__dict__")
        if name in held["_arrays"]:
            held["_watch"](name)
        return object.__getattribute__(table, name)

    if plain not in _WATCHED:
        _WATCHED[plain] = type(plain.__name__, (plain,), {"__getattribute__": read}, watched=True)
    return _WATCHED[plain]


def _name(note: Callable[[str], None], table: str, column: str) -> None:
    note(f"{table}.{column}")


@contextmanager
def watch_reads(tables: Mapping[str, Guarded], note: Callable[[str], None]) -> Iterator[None]:
    """Call ``note`` with ``table.column`` whenever a column of ``tables`` is read while the context is open.

    What is written by :meth:`Guarded.writable` alone is not read. Raises whatever ``note`` raises.
    """
    try:
        for label, table in tables.items():
            table.__dict__["_watch"] = partial(_name, note, label)
            table.__class__ = _watched(table.plain)
        yield
    finally:
        for table in tables.values():
            table.__class__ = table.plain
            table.__dict__.pop("_watch", None)


def refuse_undeclared(
    tables: Mapping[str, Guarded], phase: str, declared: Collection[str]
) -> AbstractContextManager[None]:
    """Raise UndeclaredRead when a column that is not ``declared`` is read while the context is open."""

    def note(name: str) -> None:
        if name not in declared:
            raise UndeclaredRead(f"phase {phase!r} reads {name}, which it declares neither in READS nor in WRITES")

    return watch_reads(tables, note)
