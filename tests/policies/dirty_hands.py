"""Ways in which a rule can write into an array that it was shown, whatever its flags say."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

#: Where a rule of a test keeps notes in a module that is not its own.
NOTES: dict[int, float] = {}


def other(array: Array) -> Any:
    """A value that the first element does not have."""
    first = array.flat[0]
    return not first if array.dtype == np.bool_ else array.dtype.type(1 if first != 1 else 2)


def by_scatter(a: Array) -> None:
    at = tuple([0] for _ in range(a.ndim))
    if a.dtype == np.bool_:
        np.logical_xor.at(a, at, True)
    else:
        np.fmax.at(a, at, a.dtype.type(np.nanmax(np.append(a, 1)) + 1))


def by_flag(a: Array) -> None:
    a.flags.writeable = True
    a.flat[0] = other(a)


def by_setflags(a: Array) -> None:
    a.setflags(write=True)
    a[...] = other(a)


def by_base(a: Array) -> None:
    assert a.base is not None
    a.base.setflags(write=True)
    a.base[...] = other(a)


def by_interface(a: Array) -> None:
    class Holder:
        @property
        def __array_interface__(self) -> dict[str, Any]:
            return {**a.__array_interface__, "data": (a.__array_interface__["data"][0], False)}

    np.asarray(Holder()).flat[0] = other(a)


def by_ctypes(a: Array) -> None:
    value = np.array([other(a)], dtype=a.dtype)
    ctypes.memmove(a.ctypes.data, value.ctypes.data, a.itemsize)


def by_address(a: Array) -> None:
    buffer = (ctypes.c_char * a.nbytes).from_address(a.__array_interface__["data"][0])
    np.frombuffer(buffer, dtype=a.dtype)[0] = other(a)


def by_strides(a: Array) -> None:
    np.lib.stride_tricks.as_strided(a, writeable=True).flat[0] = other(a)


def by_memoryview(a: Array) -> None:
    np.frombuffer(memoryview(a), dtype=a.dtype)[0] = other(a)


def by_out(a: Array) -> None:
    np.logical_not(a, out=a, where=True) if a.dtype == np.bool_ else np.add(a, 1, out=a)


def by_sort(a: Array) -> None:
    a.setflags(write=True)
    a[::-1].sort(axis=0)
    a.flat[0] = other(a)


def by_state(a: Array) -> None:
    content = np.array(a)
    content.flat[0] = other(a)
    a.__setstate__(content.__reduce__()[2])


def by_shape(a: Array) -> None:
    a.shape = (*a.shape, 1)


def by_type(a: Array) -> None:
    a.dtype = np.dtype((np.void, a.itemsize))


def by_put(a: Array) -> None:
    np.put(a, [0], [other(a)])


def by_copyto(a: Array) -> None:
    np.copyto(a, other(a))


def by_fill(a: Array) -> None:
    a.fill(other(a))


def by_byteswap(a: Array) -> None:
    a.byteswap(inplace=True)


def by_shuffle(a: Array) -> None:
    np.random.default_rng(0).shuffle(a)


def by_resize(a: Array) -> None:
    a.setflags(write=True)
    a.resize((0,), refcheck=False)


#: Those that write, and those that numpy stops (a rule that tries and continues has done no harm).
WRITING: tuple[Callable[[Array], None], ...] = (
    *(by_scatter, by_flag, by_setflags, by_interface, by_ctypes, by_address),
    *(by_sort, by_state, by_shape, by_type, by_resize),
)
STOPPED: tuple[Callable[[Array], None], ...] = (
    *(by_base, by_strides, by_memoryview, by_out, by_put, by_copyto, by_fill, by_byteswap, by_shuffle),
)
