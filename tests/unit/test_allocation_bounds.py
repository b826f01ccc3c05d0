"""Division of calls within bounds: none are lost, nobody gets too few or too many, and no other division is better."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sim.questions.coverage.segment_norms import SegmentNorms
from sim.solvers.allocation import allocate_calls, allocate_within_bounds
from sim.solvers.potential import fitted_purchases, purchases_from_anyone

E = 0.31


def test_without_bounds_that_bind_it_is_the_division_of_constant_elasticity() -> None:
    k = np.array([9.0, 4.0, 2.0, 1.0])
    np.testing.assert_allclose(allocate_within_bounds(k, E, 10.0, 0.01, 100.0), allocate_calls(k, E, 10.0))


@pytest.mark.parametrize("seed", range(20))
def test_calls_add_up_within_bounds(seed: int) -> None:
    g = np.random.default_rng(seed)
    k = np.sort(g.lognormal(0, 1.5, int(g.integers(1, 200))))[::-1]
    total = float(g.uniform(0.3, 60))
    calls = allocate_within_bounds(k, E, total, 0.2, 1.5)
    assert ((calls >= 0.2 - 1e-12) & (calls <= 1.5)).all()
    assert calls.sum() == pytest.approx(min(total, 1.5 * len(k)))
    assert (np.diff(calls) <= 1e-12).all()


def test_nobody_is_served_where_there_is_not_enough_for_one() -> None:
    assert len(allocate_within_bounds(np.ones(5), E, 0.1, 0.2, 1.5)) == 0
    assert len(allocate_within_bounds(np.empty(0), E, 10.0, 0.2, 1.5)) == 0


@pytest.mark.filterwarnings("error")
def test_weights_too_small_for_a_float_are_not_served() -> None:
    k = np.concatenate([np.full(3, 1e6), np.full(50, 1e-30)])
    np.testing.assert_allclose(allocate_within_bounds(k, 0.95, 3.0, 0.2, 1.5), 1.0)
    np.testing.assert_allclose(allocate_within_bounds(k, 0.95, 30.0, 0.2, 1.5), 1.5)


def test_among_divisions_of_as_many_accounts_none_is_better() -> None:
    """Against every division in steps of .05 calls."""
    k, total, least, most = np.array([8.0, 3.0, 1.5]), 2.0, 0.2, 1.0
    calls = allocate_within_bounds(k, E, total, least, most)
    assert len(calls) == 3
    steps = np.arange(least, most + 1e-9, 0.05)
    others = np.array([c for c in product(steps, repeat=3) if sum(c) <= total + 1e-9])
    assert (k * calls**E).sum() >= (others**E @ k).max() - 1e-9


def test_one_giant_takes_no_calls_from_those_who_can_be_served() -> None:
    """The division in steps drops the others all at once and loses what the giant may not have."""
    k = np.concatenate([[50.0], np.ones(300)])
    in_steps = SegmentNorms(division="in_steps", least_calls=0.2)._divide(k, np.ones(len(k)), 40.0)
    within = SegmentNorms(division="within_bounds", least_calls=0.2)._divide(k, np.ones(len(k)), 40.0)
    assert (len(in_steps), in_steps.sum()) == (1, 1.5)
    assert (len(within), within.sum()) == (193, pytest.approx(40.0))


def test_a_line_keeps_estimates_near_the_mean() -> None:
    """Where purchases from us say little, a customer without any is of nearly mean size, and not of none."""
    g = np.random.default_rng(2)
    potential = g.lognormal(3, 1, 400)
    value = potential * g.uniform(0, 0.6, 400) * (g.random(400) < 0.5)
    asked = np.arange(400) < 200
    reported = np.where(asked, potential, np.nan)
    bought = np.ones(400, dtype=np.bool_)
    by_line, by_ratio = (f(reported, value, bought)[~asked] for f in (fitted_purchases, purchases_from_anyone))
    error = [np.sqrt(np.mean((found - potential[~asked]) ** 2)) for found in (by_line, by_ratio)]
    assert error[0] < error[1]
    assert by_line.min() > 0.3 * potential.mean()
    assert by_ratio.min() == 0.0
    np.testing.assert_array_equal(fitted_purchases(reported, value, bought)[asked], potential[asked])


def test_control_with_no_line_to_fit_it_is_the_ratio() -> None:
    reported, value = np.array([50.0, np.nan, np.nan]), np.array([10.0, 20.0, 0.0])
    bought = np.array([True, True, False])
    np.testing.assert_array_equal(
        fitted_purchases(reported, value, bought), purchases_from_anyone(reported, value, bought)
    )


def test_longer_calls_take_more_of_the_time() -> None:
    g = np.random.default_rng(3)
    length = g.uniform(0.5, 3.0, 60)
    k = np.sort(g.lognormal(0, 1.5, 60))[::-1] * length
    calls = allocate_within_bounds(k, E, 20.0, 0.2, 1.5, length)
    served = length[: len(calls)]
    assert (calls * served).sum() == pytest.approx(20.0)
    assert ((calls >= 0.2 - 1e-12) & (calls <= 1.5)).all()
    wide = allocate_within_bounds(k, E, 20.0, 1e-6, 100.0, length)
    np.testing.assert_allclose(wide, allocate_calls(k[: len(wide)], E, 20.0, length[: len(wide)]))
