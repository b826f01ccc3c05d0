"""Sums over the database by territory against their twin, and against what the record of each customer says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.regions import sum_records
from sim.solvers.potential import purchases_from_anyone
from tests.reference import regions as twin

T, NO_WEEK = 3, -20_000

_amount = st.floats(0, 1e6, width=32)
_row = st.tuples(
    st.integers(0, T - 1),
    st.booleans(),
    st.one_of(st.just(float("nan")), _amount),
    _amount,
    st.sampled_from([-32768, -30, 0, 12]),
)


def _columns(rows: list[tuple[int, bool, float, float, int]]) -> list[np.ndarray]:
    kinds = (np.uint16, np.bool_, np.float32, np.float32, np.int32)
    return [np.array([row[k] for row in rows], dtype=kind) for k, kind in enumerate(kinds)]


@settings(max_examples=150, deadline=None)
@given(st.lists(_row, max_size=40))
def test_sums_equal_their_twin(rows: list[tuple[int, bool, float, float, int]]) -> None:
    total, ratio = sum_records(*_columns(rows), no_week=NO_WEEK, territories=T)
    expected, expected_ratio = twin.sum_records(*(column.tolist() for column in _columns(rows)), NO_WEEK, T)
    np.testing.assert_array_equal(total, expected)
    assert ratio == expected_ratio


@settings(max_examples=50, deadline=None)
@given(st.lists(_row, min_size=1, max_size=40))
def test_sums_are_those_of_what_the_records_say(rows: list[tuple[int, bool, float, float, int]]) -> None:
    """The way in which call plans judge accounts one by one, added up."""
    territory, known, potential, value, last_order = _columns(rows)
    (reported, reports, from_us, buyers), ratio = sum_records(
        territory, known, potential, value, last_order, no_week=NO_WEEK, territories=T
    )
    one_by_one = purchases_from_anyone(
        np.where(known, potential, np.nan), value * known, known & (last_order >= NO_WEEK)
    )
    heard = np.isfinite(one_by_one)
    for t in range(T):
        here = heard & (territory == t)
        assert reports[t] + buyers[t] == here.sum()
        assert reported[t] + ratio * from_us[t] == pytest.approx(one_by_one[here].sum(), rel=1e-9, abs=1e-6)
