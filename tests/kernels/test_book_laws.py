"""The checks of units, hours and stages against twins that look at one cell at a time."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import pytest

from sim.errors import LawBroken
from sim.kernels.books import adds_up, fill_in_turn, flows_leave
from sim.kernels.stock_flow import Stage, check_stage
from sim.state.books import HOURS_TOLERANCE, HoursBook
from tests.reference import books as twins

CHANCE = np.random.default_rng(8)


class Use(IntEnum):
    SELLING = 0
    TRAVEL = 1
    IDLE = 2


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_flows_leave_what_the_twin_says(weeks: int) -> None:
    opening, gained, lost = (CHANCE.integers(0, 9, shape) for shape in (5, (3, 5), (3, 5)))
    held = np.array(twins.flows_leave(opening.tolist(), gained[:weeks], lost[:weeks]))
    assert flows_leave(opening, gained, lost, weeks, held)
    for j in range(5):
        held[j] += 1
        assert not flows_leave(opening, gained, lost, weeks, held)
        held[j] -= 1


def test_hours_add_up_where_the_twin_says_so() -> None:
    found = []
    for step in (0.0, 0.5 * HOURS_TOLERANCE, 2.0 * HOURS_TOLERANCE, -20.0, np.nan):
        spent = CHANCE.uniform(0.0, 20.0, (2, 3, 4))
        available = spent.sum(axis=1)
        spent[1, 2, 3] += step
        found.append(adds_up(spent, available, 1, HOURS_TOLERANCE))
        assert found[-1] is twins.adds_up(spent[1], available[1], HOURS_TOLERANCE)
        assert adds_up(spent, available, 0, HOURS_TOLERANCE), "another week"
    assert found == [True, True, False, False, False]


@pytest.mark.parametrize(("hours", "named"), [(-1.0, "TRAVEL -1.0"), (np.nan, "TRAVEL nan"), (3.0, "3.00 spent")])
def test_the_fault_is_named(hours: float, named: str) -> None:
    book = HoursBook(1, 2, Use)
    book.spend(0, Use.TRAVEL, np.array([0.0, hours]))
    with pytest.raises(LawBroken, match=named):
        book.check(0)


@pytest.mark.parametrize("shape", [(4,), (3, 2)])
def test_a_stage_is_lawful_where_the_twin_says_so(shape: tuple[int, ...]) -> None:
    for fault in range(6):
        on_hand, backorders, owed = (CHANCE.integers(0, 9, shape) for _ in range(3))
        pipeline = CHANCE.integers(0, 9, (2, *shape))
        stage = Stage(on_hand, backorders, owed, pipeline.sum(axis=0), pipeline)
        if fault < 5:
            stage[fault].flat[0] -= 1 if fault == 4 else 100
        assert twins.is_lawful(stage) is (fault == 5)
        if fault < 5:
            with pytest.raises(LawBroken):
                check_stage(stage, "here")
        else:
            check_stage(stage, "here")


def test_hours_are_filled_as_the_twin_fills_them() -> None:
    wishes, left = CHANCE.uniform(0.0, 20.0, (5, 30)), CHANCE.uniform(0.0, 60.0, 30)
    wishes[1] = 0.0
    expected = [twins.filled(wishes[:, person].tolist(), left[person]) for person in range(30)]
    fill_in_turn(wishes, left)
    assert [(*wishes[:, person].tolist(), left[person]) for person in range(30)] == expected
    assert (left == 0.0).any() and (left > 0.0).any()
