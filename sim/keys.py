"""Keys of names in users' tables and scenarios: stable numbers by which draws are made, independent of the row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def key_of(*names: str) -> int:
    """Key of ``names``, below 2^64: the same on every machine, different for different names."""
    text = "\0".join(names).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, person=b"entity").digest(), "little")


def keys_of(names: Iterable[str]) -> NDArray[np.uint64]:
    """:func:`key_of` of each name, uint64 [n]."""
    return np.array([key_of(name) for name in names], np.uint64)
