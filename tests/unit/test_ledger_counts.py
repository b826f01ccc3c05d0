"""The books of units, hours and heads: balanced books pass, and each kind of leak is named."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import pytest

from sim.errors import LawBroken
from sim.state.books import HeadsBook, HoursBook, UnitsBook


class Use(IntEnum):
    SELLING = 0
    TRAVEL = 1


def _units() -> UnitsBook:
    book = UnitsBook(3, 2, np.array([10, 20]))
    book.make(0, np.array([5, 0]))
    book.sell(0, np.array([4, 3]))
    book.sell(1, np.array([0, 2]))
    return book


def test_units_balance_week_after_week() -> None:
    book = _units()
    book.check(0, np.array([8, 17]), np.array([3, 0]))
    book.check(1, np.array([8, 12]), np.array([3, 3]))
    assert book.sold.sum(axis=0).tolist() == [4, 5]


@pytest.mark.parametrize("leak", [1, -1])
def test_units_that_appear_or_vanish_are_found(leak: int) -> None:
    with pytest.raises(LawBroken, match=r"units, week 1, offer 1: .*the flows leave 15"):
        _units().check(1, np.array([8, 12 + leak]), np.array([3, 3]))


def test_units_refuse_reals_and_negatives() -> None:
    book = _units()
    with pytest.raises(TypeError, match="units sold are whole numbers, not float64"):
        book.sell(0, np.array([0.5, 0.0]))
    with pytest.raises(LawBroken, match="units made are never negative"):
        book.make(0, np.array([-1, 0]))


def test_hours_spent_are_hours_available() -> None:
    book = HoursBook(2, 3, Use)
    book.grant(0, np.array([40.0, 40.0, 0.0]))
    book.spend(0, Use.SELLING, np.array([30.0, 25.0, 0.0], dtype=np.float32))
    book.spend(0, Use.TRAVEL, np.array([10.0, 15.0, 0.0]))
    book.check(0)
    book.spend(0, Use.TRAVEL, np.array([0.0, 0.5, 0.0]))
    with pytest.raises(
        LawBroken, match=r"hours, week 0, person 1: .*40\.00 available, 40\.50 spent \(SELLING 25\.00, TRAVEL 15\.50\)"
    ):
        book.check(0)


@pytest.mark.parametrize("hours", [-1.0, float("nan")])
def test_hours_are_never_negative_nor_undefined(hours: float) -> None:
    book = HoursBook(1, 1, Use)
    book.grant(0, hours)
    book.spend(0, Use.TRAVEL, hours)
    with pytest.raises(LawBroken, match="hours are never negative; found TRAVEL"):
        book.check(0)


def test_heads_are_hired_less_left() -> None:
    book = HeadsBook(2, np.array([8, 8]))
    book.leave(0, np.array([1, 0]))
    book.hire(1, np.array([1, 2]))
    book.check(0, np.array([7, 8]))
    book.check(1, np.array([8, 10]))
    with pytest.raises(LawBroken, match=r"heads, week 1, group 1: .*the flows leave 10, 9 are there"):
        book.check(1, np.array([8, 9]))
