"""Tiers of a channel: who stands behind whom, and what goes up the chain."""

from __future__ import annotations

import numpy as np
import pytest

from sim.reading.distributor_table import circles
from sim.solvers.tiers import add_rows, through, tiers, to_suppliers

#: 0 and 3 buy from the plant; 1 and 4 from 0, 2 from 1.
SUPPLIER = np.array([-1, 0, 1, -1, 0])


def test_tiers_go_down_from_the_plant() -> None:
    assert [rows.tolist() for rows in tiers(SUPPLIER)] == [[0, 3], [1, 4], [2]]
    assert [rows.tolist() for rows in tiers(np.full(3, -1))] == [[0, 1, 2]]
    assert tiers(np.empty(0, dtype=np.int64)) == []


def test_a_circle_has_no_tiers() -> None:
    with pytest.raises(ValueError, match="in a circle"):
        tiers(np.array([-1, 2, 1]))


def test_sums_go_to_the_supplier_or_up_the_whole_chain() -> None:
    values = np.array([[1, 10], [2, 20], [4, 40], [8, 80], [16, 160]])
    np.testing.assert_array_equal(to_suppliers(SUPPLIER, values)[:, 0], [18, 4, 0, 0, 0])
    np.testing.assert_array_equal(through(SUPPLIER, values)[:, 0], [23, 6, 4, 8, 16])
    np.testing.assert_array_equal(10 * through(SUPPLIER, values)[:, 0], through(SUPPLIER, values)[:, 1])
    assert values[0, 0] == 1  # what was given stays


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_rows_add_up_as_numpy_adds_them(dtype: type[np.generic]) -> None:
    rows = np.array([3, -1, 0, 3, 3, 1], dtype=np.int32)
    values, total = np.arange(12).reshape(2, 6).T.astype(dtype), np.full((4, 2), 100, dtype)
    expected = total.copy()
    np.add.at(expected, rows[rows >= 0], values[rows >= 0])
    add_rows(total, rows, values)
    np.testing.assert_array_equal(total, expected)
    with pytest.raises(IndexError, match="no such row"):
        add_rows(total, rows + 1, values)


@pytest.mark.parametrize(
    ("supplier", "found"),
    [
        ({"a": "", "b": "a", "c": "b"}, []),
        ({"a": "a", "b": "a"}, [["a"]]),
        ({"z": "a", "a": "b", "b": "c", "c": "a", "d": "e", "e": "d"}, [["a", "b", "c"], ["d", "e"]]),
        ({"a": "nobody"}, []),
    ],
)
def test_circles_are_found_once(supplier: dict[str, str], found: list[list[str]]) -> None:
    assert circles(supplier) == found
