"""Calls on accounts against their twin."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.call_rounds import call_on_largest
from tests.reference import calls as twin

_account = st.tuples(st.integers(0, 3), st.integers(0, 4))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.lists(_account, max_size=20), st.randoms())
def test_managers_call_on_the_largest_as_the_twin_does(
    made: list[int], accounts: list[tuple[int, int]], order: random.Random
) -> None:
    team, value = [of for of, _ in accounts], [worth for _, worth in accounts]
    key = list(range(len(accounts)))
    order.shuffle(key)
    found = call_on_largest(
        np.array(made, np.int64), np.array(team, np.int32), np.array(value, np.float32), np.array(key, np.uint64)
    )
    assert found.tolist() == twin.on_largest(made, team, value, key)
