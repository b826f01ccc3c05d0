"""Copies of what a market is made of: independent to the last array, and read-only where the original is.

``copy.deepcopy`` would do the first but not the second: its copies of read-only arrays can be written into, and kernels
would be compiled a second time for them.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Iterable
from enum import Enum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: What cannot change, or is code: stands for itself in every copy.
_CONSTANT = (
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


class Copier:
    """Makes copies that refer to one another as the originals do.

    ``shared`` are objects that belong to original and copy alike, because nothing in them changes. Instances of classes of
    this package, and of ``others``, are copied attribute by attribute; a new attribute is therefore never forgotten.
    What is of neither kind goes to :func:`copy.deepcopy`.
    """

    def __init__(self, shared: Iterable[object] = (), others: tuple[type[Any], ...] = ()) -> None:
        self._others = others
        self._copies: dict[int, Any] = {}
        self._originals: list[object] = []  # kept, so that no id comes back as that of another object
        for value in shared:
            self.replace(value, value)

    def replace(self, value: object, by: object) -> None:
        """Put ``by`` wherever ``value`` is found."""
        self._copies[id(value)] = by
        self._originals.append(value)

    def copy(self, value: Any) -> Any:
        """The copy of ``value``: the same one whenever it is asked for."""
        if isinstance(value, _CONSTANT):
            return value
        known = self._copies.get(id(value), self)
        return self._made(value) if known is self else known

    def _made(self, value: Any) -> Any:
        kind = type(value)
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            return self._kept(value, self._array(value))
        if kind is list:
            made: Any = self._kept(value, [])
            made.extend(self.copy(part) for part in value)
            return made
        if kind is dict:
            made = self._kept(value, {})
            made.update({self.copy(key): self.copy(part) for key, part in value.items()})
            return made
        if kind is set:
            return self._kept(value, {self.copy(part) for part in value})
        if isinstance(value, tuple | frozenset):
            parts = [self.copy(part) for part in value]
            same = all(part is old for part, old in zip(parts, value, strict=True))
            return self._kept(value, value if same else kind._make(parts) if hasattr(kind, "_make") else kind(parts))
        if kind is partial:
            return self._kept(
                value, partial(self.copy(value.func), *self.copy(value.args), **self.copy(value.keywords))
            )
        if kind is types.MethodType:
            return self._kept(value, types.MethodType(value.__func__, self.copy(value.__self__)))
        if self._is_plain(kind):
            made = self._kept(value, object.__new__(kind))
            made.__dict__.update({name: self.copy(part) for name, part in vars(value).items()})
            return made
        return copy.deepcopy(value, self._copies)

    def _array(self, value: Array) -> Array:
        """A copy with the strides and the guard of ``value``: kernels are compiled for both."""
        base = value.base
        if not isinstance(base, np.ndarray) or not base.flags.forc or base.dtype.hasobject:
            made = np.array(value, order="K")
        else:  # a view shows what is written into its base, in the copy as well
            buffer, offset = self.copy(base).ravel("K"), value.ctypes.data - base.ctypes.data
            made = np.ndarray(value.shape, value.dtype, buffer, offset, value.strides)
        if made.flags.writeable and not value.flags.writeable:
            made.flags.writeable = False
        return made

    def _is_plain(self, kind: type[Any]) -> bool:
        """Whether the attributes of an instance are all that there is to it."""
        ours = kind.__module__.startswith("sim.") or issubclass(kind, self._others)
        return ours and not hasattr(kind, "__deepcopy__") and not hasattr(kind, "__slots__")

    def _kept(self, value: object, made: Any) -> Any:
        self.replace(value, made)
        return made
