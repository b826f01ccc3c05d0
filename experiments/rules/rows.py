"""Views with their rows in another order: a rule that is blind to order answers each row as before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.views import CompetitorSeen, FirmSeen, RivalBrandsSeen, TechnicalSeen

Ints = NDArray[np.int64]

#: Fields of the length of ``key`` that count something else, or that others point into: they stay.
_NOT_BY_ROW = {RivalBrandsSeen: ("customers",), FirmSeen: (), CompetitorSeen: (), TechnicalSeen: ()}


def rows_of(seen: Any) -> int:
    """How many rows of ``seen`` can be put into another order: customers, accounts, or actors by key."""
    if isinstance(seen, FirmSeen):
        return len(seen.customers.key)
    if hasattr(seen, "account_key"):
        return len(seen.account_key)
    return len(seen.key) if hasattr(seen, "key") else 0


def orders_of(seen: Any, luck: NDArray[np.float64]) -> Iterator[Ints]:
    """Orders to try: one by ``luck`` (a number for each row), then by what rows hold, field by field, the largest first.

    A rule that looks at the first row alone is not found by luck where most rows are alike: the rare ones come first.
    """
    yield np.argsort(luck)
    size = len(luck)
    for column in _columns(seen, size):
        if (column != column[0]).any():
            yield np.argsort(-column.astype(np.float64), kind="stable")


def _columns(seen: Any, size: int) -> Iterator[NDArray[Any]]:
    """Arrays of numbers in which ``seen`` holds one for each of its ``size`` rows."""
    rows = seen.customers if isinstance(seen, FirmSeen) else seen
    for name in _by_row(rows):
        value = getattr(rows, name)
        if isinstance(value, np.ndarray) and value.shape == (size,) and value.dtype.kind in "biuf":
            yield value


def _by_row(seen: Any) -> list[str]:
    """Fields of a view (of its customers, for the firm's) that may hold something by row."""
    names = [f.name for f in fields(getattr(type(seen), "PLAIN", type(seen)))]
    if hasattr(seen, "account_key"):
        return [name for name in names if name.startswith("account_")]
    stay = next((kept for kind, kept in _NOT_BY_ROW.items() if isinstance(seen, kind)), ())
    return [name for name in names if name not in stay]


def reordered(seen: Any, order: Ints) -> Any:
    """``seen`` with the rows that :func:`rows_of` counts in the given order."""
    if isinstance(seen, FirmSeen):
        changed = {"customers": _with(seen.customers, _by_row(seen.customers), order)}
        size = len(order)
        changed |= {
            n: getattr(seen, n)[order] for n in ("true_type", "true_value") if len(getattr(seen, n, ())) == size
        }
        return _put(seen, changed)
    return _with(seen, _by_row(seen), order)


def _with(seen: Any, names: list[str], order: Ints) -> Any:
    """``seen`` with the named arrays in the given order, along the axis that has its length."""
    changed = {}
    for name in names:
        value = getattr(seen, name)
        if isinstance(value, np.ndarray) and len(order) in value.shape:
            axis = value.shape.index(len(order))
            changed[name] = np.take(value, order, axis=axis)
    return _put(seen, changed)


def _put(seen: Any, changed: dict[str, Any]) -> Any:
    plain = getattr(type(seen), "PLAIN", type(seen))
    return plain(**{f.name: changed.get(f.name, getattr(seen, f.name)) for f in fields(plain)})


def permutes(straight: Any, shuffled: Any, order: Ints) -> list[str]:
    """Fields of an answer that are not the same, row by row, once rows are put into another order."""
    wrong = []
    for name in (f.name for f in fields(straight)) if is_dataclass(straight) else ():
        one, other = getattr(straight, name), getattr(shuffled, name)
        if isinstance(one, np.ndarray) and one.ndim and len(one) == len(order):
            one = one[order]
        if np.shape(one) != np.shape(other) or not np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True):
            wrong.append(name)
    return wrong
