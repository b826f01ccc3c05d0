"""Row V14: elasticities of advertising in the short and in the long run, from the kernel that runs in the market."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from sim.kernels.goodwill import adstock, advertising_hazard
from sim.params.advertising import Advertising, advertising_numbers

MONTH = 52.0 / 12.0
HEADS = np.array([1000.0])


def elasticity(kind: Literal["goodwill", "koyck"], ticks: int, dt: float, more: float = 1.5) -> float:
    """Elasticity of the hazard of learning, ``ticks`` after spending rose from its steady level by the factor ``more``."""
    numbers = advertising_numbers(Advertising(kind=kind), dt)
    usual = np.full((1, 1), 3.0 * HEADS[0])
    goodwill = np.zeros((1, 1))
    for _ in range(2000):
        goodwill = adstock(goodwill, usual, HEADS, numbers)
    before = advertising_hazard(goodwill, numbers)
    for _ in range(ticks):
        goodwill = adstock(goodwill, more * usual, HEADS, numbers)
    return float(np.log(advertising_hazard(goodwill, numbers) / before).item() / np.log(more))


def test_v14_koyck_has_half_of_its_effect_in_the_first_month() -> None:
    short, long = elasticity("koyck", 1, MONTH), elasticity("koyck", 500, MONTH)
    assert short == pytest.approx(0.12, abs=1e-12)
    assert long == pytest.approx(0.24, abs=1e-12)
    assert long / short == pytest.approx(2.0, rel=1e-12)


def test_v14_weeks_and_quarters_of_a_month_make_the_same_months() -> None:
    for parts in (4, 13):
        assert elasticity("koyck", parts, MONTH / parts) == pytest.approx(0.12, abs=1e-12)
    assert elasticity("koyck", 13, 1.0) == pytest.approx(0.24 * (1 - 0.5**3), abs=1e-12)  # a quarter of weeks


def test_v14_does_not_depend_on_how_much_more_is_spent() -> None:
    assert elasticity("koyck", 1, MONTH, more=8.0) == pytest.approx(0.12, abs=1e-12)


def test_v14_control_a_stock_of_spending_has_no_constant_elasticity_in_the_short_run() -> None:
    """In the long run it has the same; the half-life of 4 weeks would give a ratio near 2 for small changes only."""
    assert elasticity("goodwill", 500, MONTH) == pytest.approx(0.24, abs=1e-9)
    assert elasticity("goodwill", 1, MONTH, more=8.0) > 0.17
    assert elasticity("goodwill", 500, MONTH) / elasticity("goodwill", 1, MONTH) < 1.9


def test_who_never_advertises_has_no_goodwill_in_either_way() -> None:
    for kind in ("goodwill", "koyck"):
        numbers = advertising_numbers(Advertising(kind=kind))
        none = adstock(np.zeros((2, 1)), np.zeros((2, 1)), HEADS, numbers)
        assert not none.any() and not advertising_hazard(none, numbers).any()
        begun = adstock(none, np.array([[5000.0], [0.0]]), HEADS, numbers)
        assert begun[0, 0] > 0 and begun[1, 0] == 0
        stopped = begun
        for _ in range(300):
            stopped = adstock(stopped, np.zeros((2, 1)), HEADS, numbers)
        assert stopped[0, 0] < 0.0011
