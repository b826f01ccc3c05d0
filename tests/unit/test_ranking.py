"""Ranking by several keys: the order is that of a full sort by all of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.solvers.ranking import ranked_by, ranked_by_turn


@given(st.integers(0, 200), st.integers(1, 400), st.integers(0, 2**32))
def test_the_order_is_that_of_a_sort_by_all_keys(rows: int, values: int, seed: int) -> None:
    luck = np.random.default_rng(seed)
    first, second = luck.integers(0, values, rows) / values, luck.integers(0, 3, rows)
    second = np.where(second == 0, -np.inf, second)
    third = luck.integers(0, 2, rows)
    assert ranked_by(first, second, third).tolist() == np.lexsort((third, second, first)).tolist()
    assert ranked_by(first).tolist() == np.argsort(first, kind="stable").tolist()


def test_no_rows_have_no_order() -> None:
    assert ranked_by(np.empty(0), np.empty(0)).tolist() == []


@given(st.integers(0, 200), st.integers(1, 50), st.integers(0, 2**32))
def test_equals_take_their_turn_by_lot(rows: int, turns: int, seed: int) -> None:
    luck = np.random.default_rng(seed)
    turn, lot = (
        luck.integers(0, turns, rows) + 2**32,
        luck.integers(0, 40, rows) * 2.0**-45,
    )  # lots closer than one step
    assert ranked_by_turn(turn, lot).tolist() == np.lexsort((lot, turn)).tolist()
