"""Openings of projects against their slow twin, and numbers that keep projects and orders apart."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.needs import NUMBERS_A_WEEK
from sim.kernels.projects import (
    MOST_A_WEEK,
    PROJECT_ORDER,
    Openings,
    list_openings,
    numbers_at_start,
    numbers_of_week,
)
from sim.kernels.threads import set_threads
from sim.quantity import Declaration
from sim.reading.resolving import Header
from sim.rng import Decision, stream
from sim.stages import MOST_AT_START
from tests.reference import demand as twin

LONGEST = int(dict[str, Declaration](Header.declarations())["weeks"].bounds[1])  # type: ignore[index]


def openings(rows: int, seed: int, most_rate: float) -> Openings:
    chance = np.random.default_rng(seed)
    key = chance.permutation(10 * rows + 10)[:rows].astype(np.uint32)
    return Openings(
        np.arange(rows), chance.integers(0, 8, rows), key, chance.uniform(0, most_rate, rows).astype(np.float32)
    )


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 1500),
    st.integers(0, 2**32),
    st.sampled_from([0.01, 0.5, 5.0, 120.0]),
    st.floats(0, 3),
    st.integers(1, 80),
)
def test_openings_are_those_of_the_twin(rows: int, seed: int, rate: float, factor: float, most: int) -> None:
    who = openings(rows, seed, rate)
    pairs, place = list_openings(stream(seed, Decision.PROJECT_OPENS, 7), who, factor, most)
    wanted = [
        twin.opened(seed, 7, int(k), int(c), float(np.float32(r) * np.float32(factor)), most)
        for k, c, r in zip(who.key, who.category, who.rate, strict=True)
    ]
    assert np.bincount(pairs, minlength=rows).tolist() == wanted
    assert place.tolist() == [k for n in wanted for k in range(n)]
    assert (np.diff(pairs) >= 0).all()


def test_threads_and_order_do_not_matter() -> None:
    who = openings(120_000, 3, 0.3)
    luck = stream(3, Decision.PROJECT_OPENS, 1)
    try:
        found = []
        for threads in (1, 2):
            set_threads(threads)
            found.append(np.bincount(list_openings(luck, who, 1.0)[0], minlength=len(who.row)))
    finally:
        set_threads(2)
    np.testing.assert_array_equal(*found)
    order = np.random.default_rng(1).permutation(len(who.row))
    again = list_openings(luck, Openings(*(c[order] for c in who)), 1.0)[0]
    np.testing.assert_array_equal(np.bincount(again, minlength=len(order)), found[0][order])
    assert found[0].sum() > 10_000


def test_every_project_of_a_customer_has_a_number_of_its_own() -> None:
    category = np.repeat(np.arange(8), MOST_A_WEEK)
    place = np.tile(np.arange(MOST_A_WEEK), 8)
    start = numbers_at_start(np.repeat(np.arange(8), MOST_AT_START), np.tile(np.arange(MOST_AT_START), 8))
    numbers = np.concatenate([start, *(numbers_of_week(week, category, place) for week in (0, 1, 2, 3))])
    assert len(np.unique(numbers)) == len(numbers)
    assert numbers.min() == 0
    last = numbers_of_week(LONGEST - 1, category, place).max()
    assert last < PROJECT_ORDER and 256 * (PROJECT_ORDER + last) + 255 < 2**32  # the kernels' index of draws
    assert NUMBERS_A_WEEK * (LONGEST + 1) < PROJECT_ORDER, "orders that wait stay below those of projects"
