"""Aliases: the names by which actors distinguish customers; they do not reveal how many there are or which is which.

Keys of customers may be their numbers in the market, so the largest key on record would reveal the size of the market.
An alias is the key sent through a keyed permutation of all words of its width: a Feistel network of four rounds, which
with good round functions cannot be distinguished from a random permutation (Luby & Rackoff 1988).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import jit
from sim.rng import Decision, mix, stream

#: Rounds of the network.
_ROUNDS = 4


def aliases(key: NDArray[np.unsignedinteger[Any]], seed: int) -> NDArray[np.unsignedinteger[Any]]:
    """An alias for each ``key`` [N], of the same type: distinct keys have distinct aliases, the same in every run of ``seed``."""
    half = 4 * key.dtype.itemsize
    rounds = np.array([stream(seed, Decision.ALIAS, number) for number in range(_ROUNDS)], dtype=np.uint64)
    alias = np.empty_like(key)
    _permute(key, rounds, np.uint64(half), np.uint64((1 << half) - 1), alias)
    alias.flags.writeable = False
    return alias


@jit
def _permute(key: Any, rounds: Any, half: np.uint64, low: np.uint64, alias: Any) -> None:
    for i in range(key.size):
        left, right = np.uint64(key[i]) >> half, np.uint64(key[i]) & low
        for k in range(rounds.size):
            left, right = right, left ^ (mix(rounds[k] + right) & low)
        alias[i] = left << half | right
