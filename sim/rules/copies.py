"""What a rule receives and returns: views as copies or read-only, and whether anything was written into them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from sim.views import CustomersSeen

ViewT = TypeVar("ViewT")


def for_reading(seen: ViewT) -> ViewT:
    """``seen`` with arrays that cannot be written: the phase that asks a rule may have borrowed the very columns it shows.

    They are views, at no cost, or the arrays themselves where these are closed; a rule that means to can get at what lies
    below, so they are for shipped rules only.
    """
    shown: dict[str, Any] = {}
    for name, value in vars(seen).items():
        if isinstance(value, np.ndarray):
            if value.flags.writeable:
                shown[name] = view = value.view()
                view.setflags(write=False)
        elif type(value) is CustomersSeen:
            shown[name] = for_reading(value)
    again: ViewT = object.__new__(
        type(seen)
    )  # what replace() does takes five times as long, for a thousand views a year
    again.__dict__.update(vars(seen), **shown)
    return again


def copied(seen: Any) -> Any:
    """``seen`` with arrays of its own, read-only, which lead nowhere: no base, no engine behind them."""
    plain = getattr(type(seen), "PLAIN", type(seen))
    again = object.__new__(plain)
    for field in fields(plain):
        object.__setattr__(again, field.name, _copied(getattr(seen, field.name)))
    return again


def _copied(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        own = np.array(value, order="K")
        own.flags.writeable = False
        return own
    return copied(value) if is_dataclass(value) else copy.deepcopy(value)


def written(shown: Any, seen: Any, inside: str = "") -> Iterator[str]:
    """Names of what has changed in ``shown``, a copy of ``seen``: values, and fields removed or added."""
    names = {field.name for field in fields(shown)}
    kept = {n for owner in type(shown).__mro__ for n, v in vars(owner).items() if isinstance(v, cached_property)}
    yield from (f"{inside}{name}" for name in sorted(set(vars(shown)) - names - kept))
    for name in sorted(names):
        now, before = vars(shown).get(name), getattr(seen, name)
        if is_dataclass(before) and not isinstance(before, type):
            same_kind = isinstance(now, getattr(type(before), "PLAIN", type(before)))
            yield from written(now, before, f"{inside}{name}.") if same_kind else (f"{inside}{name}",)
        elif not same(now, before):
            yield f"{inside}{name}"


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal: of one type, arrays also of one shape; NaN is equal to itself."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        if one.dtype.kind == "O":
            return bool(np.array_equal(one, other))
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))
    if type(one) is not type(other):
        return False
    return bool(one == other) or (one != one and other != other)


def same_answer(one: Any, other: Any) -> bool:
    """Whether two answers say the same."""
    return type(one) is type(other) and all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))


def owned(answer: Any, kind: type[Any]) -> Any:
    """``answer`` as a ``kind`` of the engine's own: who gave it may keep it and write into it later."""
    values = {f.name: getattr(answer, f.name) for f in fields(kind)}
    return kind(**{n: np.array(v) if isinstance(v, np.ndarray) else copy.deepcopy(v) for n, v in values.items()})
