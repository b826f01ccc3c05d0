"""The objects that a market is made of, found by following references: what a copy shares with its original, and where two markets differ."""

from __future__ import annotations

import random
import types
import weakref
from collections.abc import Iterator
from enum import Enum
from functools import cached_property, partial
from typing import Any

import numpy as np

#: What cannot change, or is code.
LEAVES: tuple[type, ...] = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    type(None),
    range,
    np.generic,
    np.dtype,
    Enum,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
)

#: Attributes that only remember what can be looked up again: two markets that are the same may remember different things.
REMEMBERED = (".kept", "._in_force", "._sets", "._views", "._noted")


def parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """What ``value`` refers to, by name."""
    if isinstance(value, weakref.ref):
        yield "()", value()
    elif isinstance(value, types.MethodType):
        yield "__self__", value.__self__
    elif isinstance(value, partial):
        yield from (("func", value.func), ("args", value.args), ("keywords", value.keywords))
    elif isinstance(value, np.ndarray):
        yield "base", value.base
    elif isinstance(value, dict):
        for k, (key, part) in enumerate(value.items()):
            if isinstance(key, str | int | tuple):
                yield f"[{key!r}]", part
            else:
                yield from ((f"key {k}", key), (f"[{k}]", part))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((f"[{k}]", part) for k, part in enumerate(value))
    if hasattr(value, "__dict__"):
        yield from ((f".{name}", part) for name, part in sorted(vars(value).items()))
    for name in getattr(type(value), "__slots__", ()):
        if isinstance(name, str) and hasattr(value, name):
            yield f".{name}", getattr(value, name)


def objects_of(root: Any, without: tuple[object, ...] = ()) -> dict[int, tuple[str, Any]]:
    """All objects that ``root`` reaches and that are no leaves, by id, each with the path to it; not those ``without``."""
    closed = {id(value) for value in without}
    found: dict[int, tuple[str, Any]] = {}
    waiting = [("market", root)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, LEAVES) or id(value) in found or id(value) in closed:
            continue
        found[id(value)] = (path, value)
        waiting += [(path + name, part) for name, part in parts_of(value)]
    return found


def can_change(value: Any) -> bool:
    """Whether ``value`` can be written into: an array, also a read-only one, a container, or an object with attributes."""
    if isinstance(value, tuple | frozenset | weakref.ref | types.MethodType | partial):
        return False
    mutable = isinstance(value, np.ndarray | list | dict | set | random.Random | np.random.Generator)
    return mutable or bool(getattr(value, "__dict__", None)) or not hasattr(value, "__dict__")


def differences(one: Any, other: Any, without: tuple[object, ...] = ()) -> list[str]:
    """Paths at which two graphs differ: kind, value to the last bit, order in memory, or whether it can be written into."""
    closed = {id(value) for value in without}
    seen: set[tuple[int, int]] = set()
    found: list[str] = []
    waiting = [("market", one, other)]
    while waiting:
        path, a, b = waiting.pop()
        if (id(a), id(b)) in seen or id(a) in closed or id(b) in closed:
            continue
        seen.add((id(a), id(b)))
        if type(a) is not type(b):
            found.append(f"{path}: {type(a).__name__}, {type(b).__name__}")
        elif isinstance(a, np.ndarray):
            if not _same_array(a, b):
                found.append(path)
        elif isinstance(a, types.FunctionType):
            found += [path] * (a.__qualname__ != b.__qualname__)
        elif isinstance(a, (*LEAVES, set, frozenset)):
            if not (a is b or a == b or (a != a and b != b)):
                found.append(f"{path}: {a!r}, {b!r}")
        elif isinstance(a, random.Random):
            found += [path] * (a.getstate() != b.getstate())
        else:
            mine, theirs = ({name: part for name, part in parts_of(x) if name not in _remembered(x)} for x in (a, b))
            found += [f"{path}{name}: in one alone" for name in mine.keys() ^ theirs.keys()]
            waiting += [(path + name, mine[name], theirs[name]) for name in mine.keys() & theirs.keys()]
    return found


def _remembered(value: Any) -> set[str]:
    """Names, as :func:`parts_of` has them, of what ``value`` only remembers."""
    looked_up = {
        n for kind in type(value).__mro__ for n, held in vars(kind).items() if isinstance(held, cached_property)
    }
    return {*REMEMBERED, *(f".{name}" for name in looked_up)}


def _same_array(a: Any, b: Any) -> bool:
    """Equal to the last bit, in the same order, with the same guard."""
    same = a.dtype == b.dtype and a.shape == b.shape and a.flags.writeable == b.flags.writeable
    order = a.flags.c_contiguous == b.flags.c_contiguous and a.flags.f_contiguous == b.flags.f_contiguous
    equal = a.tolist() == b.tolist() if a.dtype.hasobject else a.tobytes("A") == b.tobytes("A")
    return bool(same and order and equal and a.strides == b.strides)
