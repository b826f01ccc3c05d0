"""Attacks of a rule on the seed: what its own draws give away, and what they do not.

Every attack is first made on the scheme without a keyed hash (names mixed one to one from the seed), where it must
succeed: an attack that fails everywhere shows nothing.
"""

from __future__ import annotations

import itertools
import pickle
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from sim import rng
from sim.rng import Decision, Luck

WORD = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
FACTOR_1, FACTOR_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
BACK_1, BACK_2 = pow(FACTOR_1, -1, 1 << 64), pow(FACTOR_2, -1, 1 << 64)
SEED = 987_654_321_012_345_678
Names = Callable[[int, int, int], int]
Words = NDArray[np.uint64]


def mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * FACTOR_1) & WORD
    z = ((z ^ (z >> 27)) * FACTOR_2) & WORD
    return z ^ (z >> 31)


def unshift(z: int, by: int) -> int:
    found = z
    for _ in range(64 // by + 1):
        found = z ^ (found >> by)
    return found


def unmix(z: int) -> int:
    z = (unshift(z, 31) * BACK_2) & WORD
    z = (unshift(z, 27) * BACK_1) & WORD
    return unshift(z, 30)


def one_to_one(seed: int, decision: int, week: int) -> int:
    """Names as they were: a chain of mixers, each of which can be undone."""
    name = mix((seed + GOLDEN) & WORD)
    name = mix((name + GOLDEN * decision) & WORD)
    return mix((name + GOLDEN * week) & WORD)


def keyed(seed: int, decision: int, week: int) -> int:
    return int(rng.stream(seed, decision, week))


def undone(name: int, decisions: range, weeks: range) -> Iterator[int]:
    """Seeds that the chain of mixers would have made ``name`` of, one for each decision and week."""
    for week in weeks:
        of_week = unmix((unmix(name) - GOLDEN * week) & WORD)
        for decision in decisions:
            yield (unmix((of_week - GOLDEN * decision) & WORD) - GOLDEN) & WORD


def test_the_mixer_is_undone() -> None:
    assert all(unmix(mix(z)) == z for z in (0, 1, SEED, WORD))


def words(high: int, spread: int) -> Words:
    """All 64-bit words whose top 52 bits are within ``spread`` of ``high``, the nearest first."""
    near = np.arange(-spread, spread + 1)
    near = near[np.argsort(np.abs(near))]
    tops = np.array([high + int(k) for k in near], np.uint64)
    return ((tops[:, None] << np.uint64(12)) | np.arange(4096, dtype=np.uint64)[None, :]).ravel()


def unmix_all(z: Words) -> Words:
    def unshift_all(z: Words, by: int) -> Words:
        found = z.copy()
        for _ in range(64 // by + 1):
            found = z ^ (found >> np.uint64(by))
        return found

    z = unshift_all(z, 31) * np.uint64(BACK_2)
    z = unshift_all(z, 27) * np.uint64(BACK_1)
    return unshift_all(z, 30)


def names_behind(uniforms: NDArray[np.float64], spread: int) -> set[int]:
    """Names of streams whose draws for the entities 0, 1, … are ``uniforms``, known to ``spread`` steps of 2^-52."""
    tops = [int(u * 2**52 - 0.5) for u in uniforms]
    found = unmix_all(words(tops[0], spread))
    return {
        int(name)
        for name in found
        if all(abs((mix((int(name) + GOLDEN * k) & WORD) >> 12) - top) <= spread for k, top in enumerate(tops[1:], 1))
    }


TRANSFORMS: dict[str, tuple[Callable[[Luck, NDArray[np.int64]], NDArray[np.float64]], int]] = {
    "uniform": (lambda luck, k: luck.uniform(k), 1),
    "normal": (lambda luck, k: special.ndtr(luck.normal(k)), 8),
    "lognormal": (lambda luck, k: special.ndtr((np.log(luck.lognormal(k, 1.0, 0.4)) + 0.08) / 0.4), 24),
    "gamma": (lambda luck, k: special.gammainc(1.2, luck.gamma(k, 1.2, 1.2)), 24),
}


@pytest.mark.parametrize("draws", [2, 3, 9])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_a_few_draws_tell_the_name_of_their_stream_and_no_more(transform: str, draws: int) -> None:
    """The mixer within a stream is not secret: whoever has its draws can continue them. They lead no further back."""
    back, spread = TRANSFORMS[transform]
    for names in (one_to_one, keyed):
        name = names(SEED, Decision.LABEL, 3)
        found = names_behind(back(Luck(np.uint64(name)), np.arange(draws)), spread)
        assert name in found
        seeds = {seed for of_stream in found for seed in undone(of_stream, range(300), range(8))}
        assert (SEED in seeds) == (names is one_to_one)


def related(names: Names) -> int:
    """How often two streams of neighbouring weeks, decisions or seeds differ by what two others differ by, undone or not."""
    again = 0
    for axis in range(3):
        of_axis = [names(*(base + k * (a == axis) for a, base in enumerate((SEED, 105, 3)))) for k in range(24)]
        for undo in (lambda z: z, unmix, lambda z: unmix(unmix(z)), lambda z: unmix((unmix(z) - 3 * GOLDEN) & WORD)):
            inside = [undo(name) for name in of_axis]
            again += len(inside) - 1 - len({(b - a) & WORD for a, b in itertools.pairwise(inside)})
            again += len(inside) - 1 - len({b ^ a for a, b in itertools.pairwise(inside)})
    return again


def test_streams_of_other_weeks_decisions_and_seeds_are_not_related() -> None:
    assert related(one_to_one) > 0
    assert related(keyed) == 0


def test_a_bit_of_the_week_decision_or_seed_flips_half_of_the_bits_of_the_name() -> None:
    flips = []
    for axis, bits in ((0, range(8)), (1, range(8)), (2, range(10))):
        for base in range(4 if axis == 0 else 40):
            key = [SEED, 1 + base, 2 + base]
            for bit in bits:
                other = [value ^ (1 << bit) * (a == axis) for a, value in enumerate(key)]
                flips.append((keyed(*key) ^ keyed(*other)).bit_count())
    assert abs(np.mean(flips) - 32) < 5 * 4 / np.sqrt(len(flips))
    assert min(flips) > 8


def test_seeds_can_be_tried_and_each_try_costs() -> None:
    """What stays possible is said in the module; here is what it says."""
    luck = Luck.of(41, Decision.LABEL, 3)
    tried = [seed for seed in range(35, 48) if Luck.of(seed, Decision.LABEL, 3) == luck]
    assert tried == [41]
    start = time.perf_counter()
    for seed in range(10**6, 10**6 + 10):
        rng.stream(seed, Decision.LABEL, 3)
    assert (time.perf_counter() - start) / 10 > 0.002  # a hash alone costs a thousandth of this
    start = time.perf_counter()
    rng.stream(41, Decision.LABEL, 4)  # an honest run pays once
    assert time.perf_counter() - start < 0.002


def test_luck_holds_its_stream_and_nothing_else() -> None:
    luck = Luck.of(SEED, Decision.PAY, 3)
    assert list(vars(luck)) == ["_stream"]
    assert str(SEED) not in repr(luck)
    assert str(int(luck._stream)) not in repr(luck)
    packed = pickle.dumps(luck)
    assert SEED.to_bytes(8, "little") not in packed
    assert str(SEED).encode() not in packed
    assert pickle.loads(packed) == luck
    assert luck.uniform(5) != Luck.of(SEED, Decision.PRICING, 3).uniform(5)
