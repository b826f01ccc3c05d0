"""Keyed draws: known bits, and statistics that a good mixer passes and a bad one, tested the same way, does not."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim import rng
from sim.jit import jit
from sim.keys import key_of, keys_of
from sim.rng import Decision, Luck

WORD = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
Words = NDArray[np.uint64]
Bits = Callable[[np.uint64, Words, Words, Words], None]


def mixed(z: int) -> int:
    """splitmix64's finaliser in plain integers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def reference_stream(seed: int, decision: int, week: int) -> int:
    """The name by the words of the documentation: a keyed BLAKE2b, under the seed's scrypt."""
    key = hashlib.scrypt(struct.pack("<Q", seed), salt=b"deepmarket", n=16384, r=8, p=1, dklen=32)
    name = hashlib.blake2b(struct.pack("<qq", decision, week), digest_size=8, key=key, person=b"stream")
    return int(struct.unpack("<Q", name.digest())[0])


def reference_bits(name: int, entity: int, index: int) -> int:
    return mixed((name + GOLDEN * (entity + (index << 32))) & WORD)


@jit
def good_bits(name: np.uint64, entities: Words, index: Words, out: Words) -> None:
    for i in range(out.size):
        out[i] = rng.bits(name, entities[i], index[i])


@jit
def bad_bits(name: np.uint64, entities: Words, index: Words, out: Words) -> None:
    """A linear congruential step without mixing: what the statistics below must catch."""
    for i in range(out.size):
        counter = entities[i] + (index[i] << np.uint64(32))
        out[i] = (name + counter) * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)


def grid(bits: Bits, name: int, entities: Words, index: Words) -> Words:
    out = np.empty(entities.size, np.uint64)
    bits(np.uint64(name), entities, index, out)
    return out


def counters(n: int) -> Words:
    return np.arange(n, dtype=np.uint64)


def test_the_published_vectors_of_splitmix64() -> None:
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    got = grid(good_bits, 1234567, counters(6)[1:], np.zeros(5, np.uint64))
    assert got.tolist() == published


def test_bits_and_streams_equal_the_plain_integer_reference() -> None:
    for seed, decision, week in [(0, 1, 0), (7, 250, 519), (2**63 + 5, 5, 2**31), (1, 9, -3)]:
        name = int(rng.stream(seed, decision, week))
        assert name == reference_stream(seed, decision, week)
        entities = np.array([0, 1, 77, 2**32 - 1, 2**64 - 3], np.uint64)
        index = np.array([0, 2**31, 300, 2**32 - 1, 2**32 - 1], np.uint64)
        expected = [reference_bits(name, int(e), int(i)) for e, i in zip(entities, index, strict=True)]
        assert grid(good_bits, name, entities, index).tolist() == expected


def test_draws_are_strictly_between_0_and_1_and_agree_in_both_precisions() -> None:
    name = rng.stream(3, Decision.CHOICE, 4)
    for word in (0, WORD):
        assert 0.0 < (word >> 12) * 2.0**-52 + 2.0**-53 < 1.0
        assert np.float32(0) < (np.float32(word >> 41) + np.float32(0.5)) * np.float32(2.0**-23) < np.float32(1)
    for entity in range(200):
        double = rng.draw(name, np.uint64(entity), np.uint64(1))
        assert double == rng.uniform(3, Decision.CHOICE, 4, [entity], 1)[0]
        assert abs(float(rng.draw32(name, np.uint64(entity), np.uint64(1))) - float(double)) <= 2.0**-23


def chi_square(bits: Bits) -> float:
    """p-value that the top and the low byte of draws over entities and over indices are uniform."""
    n = 200_000
    columns = [grid(bits, 99, counters(n), np.zeros(n, np.uint64)), grid(bits, 99, np.zeros(n, np.uint64), counters(n))]
    p = [
        stats.chisquare(np.bincount(((c >> np.uint64(s)) & np.uint64(255)).astype(int), minlength=256)).pvalue
        for c in columns
        for s in (0, 41, 56)
    ]
    return float(min(p))


def avalanche(bits: Bits) -> float:
    """Largest deviation from ½ of the chance that an output bit flips when one bit of entity, index or stream does."""
    n, worst = 4096, 0.0
    base = counters(n) * np.uint64(2654435761) % np.uint64(2**32)
    zero = np.zeros(n, np.uint64)
    before = grid(bits, 12345, base, zero)
    for bit in range(32):
        flip = np.uint64(1) << np.uint64(bit)
        for after in (
            grid(bits, 12345, base ^ flip, zero),
            grid(bits, 12345, base, zero ^ flip),
            grid(bits, 12345 ^ int(flip), base, zero),
        ):
            flipped = np.unpackbits((before ^ after).view(np.uint8).reshape(n, 8), axis=1).mean(axis=0)
            worst = max(worst, float(np.abs(flipped - 0.5).max()))
    return worst


def correlation(bits: Bits) -> float:
    """Largest |correlation| between draws of neighbouring entities, indices, and streams that differ by one."""
    n = 100_000

    def uniforms(name: int, entities: Words, index: Words) -> NDArray[np.float64]:
        return grid(bits, name, entities, index).astype(np.float64)

    zero = np.zeros(n, np.uint64)
    base = uniforms(5, counters(n), zero)
    others = [uniforms(5, counters(n) + np.uint64(k), zero) for k in (1, 2, 7)]
    others += [uniforms(5, counters(n), zero + np.uint64(k)) for k in (1, 256)]
    others += [uniforms(6, counters(n), zero)]
    return float(max(abs(np.corrcoef(base, other)[0, 1]) for other in others))


def collisions(bits: Bits) -> int:
    """Equal words on a grid of streams × indices × entities."""
    parts = [
        grid(bits, stream, counters(400), np.full(400, index, np.uint64)) for stream in range(40) for index in range(40)
    ]
    words = np.concatenate(parts)
    return int(words.size - np.unique(words).size)


def test_bytes_are_uniform_and_the_control_is_not() -> None:
    assert chi_square(good_bits) > 1e-4
    assert chi_square(bad_bits) < 1e-6


def test_every_bit_of_the_key_flips_half_of_the_bits_and_the_control_does_not() -> None:
    assert avalanche(good_bits) < 0.05
    assert avalanche(bad_bits) > 0.4


def test_neighbouring_keys_are_uncorrelated_and_the_control_is_not() -> None:
    assert correlation(good_bits) < 4.5 / np.sqrt(100_000)
    assert correlation(bad_bits) > 0.1


def test_no_two_keys_of_a_grid_share_their_bits_and_the_control_does() -> None:
    assert collisions(bad_bits) > 0

    def hashed(name: np.uint64, entities: Words, index: Words, out: Words) -> None:
        good_bits(rng.stream(1, 2, int(name)), entities, index, out)

    assert collisions(hashed) == 0


@pytest.mark.parametrize("axis", ["entity", "week", "index", "seed", "decision"])
def test_serial_correlation_along_each_part_of_the_key(axis: str) -> None:
    n = 100 if axis == "seed" else 40_000  # a seed's key is slow to make
    entities = np.arange(n)
    if axis == "entity":
        u = rng.uniform(1, 5, 3, entities)
    elif axis == "index":
        u = rng.uniform(1, 5, 3, 17, entities)
    else:
        keys: dict[str, Any] = {"seed": 1, "decision": 5, "week": 3}
        u = np.array([rng.draw(rng.stream(*(keys | {axis: k}).values()), np.uint64(9), np.uint64(2)) for k in range(n)])
    for lag in (1, 2, 13):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4.5 / np.sqrt(n)
    assert stats.kstest(u, "uniform").pvalue > 1e-4


def test_distributions_are_what_they_are_called() -> None:
    k = np.arange(100_000)
    assert stats.kstest(rng.normal(1, 54, 0, k), "norm").pvalue > 1e-4
    assert stats.kstest(rng.gamma(1, 56, 0, k, 0.779, 1.456), "gamma", (0.779, 0, 1.456 / 0.779)).pvalue > 1e-4
    logs = np.log(rng.lognormal(1, 57, 0, k, 3.0, 0.4))
    assert stats.kstest(logs, "norm", (np.log(3.0) - 0.08, 0.4)).pvalue > 1e-4
    assert rng.lognormal(1, 57, 0, k, 3.0, 0.4).mean() == pytest.approx(3.0, rel=0.01)


def test_log_gamma_is_finite_and_right_at_tiny_shapes() -> None:
    k = np.arange(50_000)
    draws = rng.log_gamma(1, 54, 0, k, 0.002)
    assert np.isfinite(draws).all()
    assert draws.min() < -2000  # far below what a float holds
    u = rng.uniform(1, 54, 0, k)
    assert (np.argsort(draws) == np.argsort(u)).all()
    assert np.exp(rng.log_gamma(1, 54, 0, k, 0.031)).mean() == pytest.approx(0.031, rel=0.1)


def test_a_draw_depends_on_its_key_alone() -> None:
    entities = np.array([4, 9, 2, 7])
    whole = rng.uniform(5, 1, 6, entities, 3)
    assert (rng.uniform(5, 1, 6, entities[::-1], 3)[::-1] == whole).all()
    assert rng.uniform(5, 1, 6, 2, 3) == whole[2]
    assert (rng.uniform(5, 1, 6, entities[:, np.newaxis], [3, 4])[:, 0] == whole).all()
    assert Luck.of(5, 1, 6).uniform(entities, 3).tolist() == whole.tolist()
    assert Luck.of(5, 1, 6).normal(entities).tolist() == rng.normal(5, 1, 6, entities).tolist()


@pytest.mark.parametrize(("seed", "week"), [(2**64, 0), (-1, 0), (1, 2**63)])
def test_what_does_not_fit_the_key_is_refused_and_not_folded(seed: int, week: int) -> None:
    with pytest.raises(OverflowError):
        rng.stream(seed, Decision.CHOICE, week)


def test_keys_of_names_are_stable_and_distinct_for_distinct_names() -> None:
    assert key_of("C0001") == int.from_bytes(
        hashlib.blake2b(b"C0001", digest_size=8, person=b"entity").digest(), "little"
    )
    assert len({key_of("a", "bc"), key_of("ab", "c"), key_of("abc"), key_of("c", "ab")}) == 4
    many = keys_of(f"C{k:06d}" for k in range(200_000))
    assert len(np.unique(many)) == len(many)
    assert stats.chisquare(np.bincount((many >> np.uint64(56)).astype(int), minlength=256)).pvalue > 1e-4


def test_draws_of_hashed_entities_are_uniform_and_apart() -> None:
    keys = keys_of(f"C{k:06d}" for k in range(50_000))
    draws = rng.uniform(3, Decision.CHOICE, 4, keys[:, None], np.arange(4)[None, :])
    assert len(np.unique(draws)) == draws.size
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(draws.T)[np.triu_indices(4, 1)]).max() < 4.5 / np.sqrt(len(keys))


def test_decisions_keep_their_numbers() -> None:
    assert [Decision.AWARENESS, Decision.CHOICE, Decision.CUSTOMER_TYPE, Decision.QUIT] == [1, 5, 50, 156]
    assert len({d.value for d in Decision}) == len(Decision)
