"""Solvers of the market department: regional potential, positions dealt out, response to campaigns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.solvers.apportion import apportion
from sim.solvers.campaign import campaign_utility, wear_out
from sim.solvers.potential import purchases_from_anyone, regional_potential

NAN = np.nan


def test_a_record_says_what_was_reported_or_what_we_sell_scaled_up() -> None:
    potential, value = np.array([300.0, NAN, NAN, 100.0]), np.array([100.0, 50.0, 0.0, 0.0])
    record = purchases_from_anyone(potential, value, np.array([True, True, False, False]))
    np.testing.assert_allclose(
        record, [300.0, 150.0, NAN, 100.0]
    )  # we are a third of what is bought where both are known
    alone = purchases_from_anyone(np.full(2, NAN), np.array([5.0, 7.0]), np.array([True, True]))
    np.testing.assert_allclose(alone, [5.0, 7.0])


def test_those_nobody_heard_of_are_extrapolated() -> None:
    recorded, heard = np.array([400.0, 900.0, 0.0]), np.array([4.0, 3.0, 0.0])
    counted = np.array([10, 3, 5])
    assumed = regional_potential(recorded, heard, counted, np.full(3, NAN), 0.5)
    np.testing.assert_allclose(assumed, [400 + 6 * 50, 900, 5 * 0.5 * 1300 / 7])
    studied = regional_potential(recorded, heard, counted, np.array([80.0, 80.0, 80.0]), 0.5)
    np.testing.assert_allclose(studied, [400 + 6 * 80, 900, 5 * 80])
    nothing = regional_potential(np.zeros(3), np.zeros(3), counted, np.full(3, NAN), 1.0)
    np.testing.assert_allclose(nothing, counted)


def test_more_records_than_customers_counted_are_believed() -> None:
    assert regional_potential(np.array([500.0]), np.array([9.0]), np.array([5]), np.array([NAN]), 0.5) == 500.0


@settings(max_examples=100, deadline=None)
@given(
    total=st.integers(0, 60),
    weight=st.lists(st.floats(0, 1e6), min_size=1, max_size=8),
    spare=st.lists(st.integers(0, 12), min_size=8, max_size=8),
)
def test_positions_are_dealt_as_far_as_there_is_room(total: int, weight: list[float], spare: list[int]) -> None:
    room = np.array(spare[: len(weight)])
    given_out = apportion(total, np.array(weight), room)
    assert given_out.sum() == min(total, room.sum())
    assert ((given_out >= 0) & (given_out <= room)).all()
    larger = apportion(total + 1, np.array(weight), room)
    assert (larger >= given_out).all(), "one position more takes none away"


def test_whole_quotas_are_met_exactly_and_rests_go_to_the_largest() -> None:
    many = np.full(3, 100)
    np.testing.assert_array_equal(apportion(12, np.array([3.0, 6.0, 3.0]) / 12, many), [3, 6, 3])
    np.testing.assert_array_equal(apportion(10, np.array([0.59, 0.26, 0.15]), many), [6, 3, 1])
    np.testing.assert_array_equal(apportion(6, np.zeros(3), many), [2, 2, 2])


def test_the_response_to_campaigns_is_concave_and_wears() -> None:
    x, fresh = np.array([0.0, 0.25, 1.0, 4.0]), np.zeros(4)
    np.testing.assert_allclose(campaign_utility(x, fresh, 0.34, 0.5, 0.5), [0.0, 0.17, 0.34, 0.68])
    np.testing.assert_allclose(campaign_utility(x, np.ones(4), 0.34, 0.5, 0.5), [0.0, 0.085, 0.17, 0.34])
    np.testing.assert_array_equal(campaign_utility(x, fresh, 0.0, 0.5, 0.5), 0.0)


def test_the_default_strength_is_the_published_elasticity_at_the_reference() -> None:
    """Short-run elasticity .12 (Sethuraman et al. 2011) of a logit share of .3 at reference spending."""
    from sim.params import Params

    numbers, step = Params().promotion, 1e-4
    odds = 0.3 / 0.7
    base = campaign_utility(np.ones(1), np.zeros(1), numbers.strength, numbers.exponent, 0.0)[0]
    more = campaign_utility(np.array([1 + step]), np.zeros(1), numbers.strength, numbers.exponent, 0.0)[0]
    raised = odds * np.exp(more - base)
    share = raised / (1 + raised)
    assert (share / 0.3 - 1) / step == pytest.approx(0.12, abs=0.002)


def test_wear_grows_to_one_under_campaigns_and_halves_in_its_half_life() -> None:
    worn, keep = np.zeros(1), 0.5 ** (1 / 13)
    for _ in range(13):
        worn = wear_out(worn, np.array([True]), keep)
    assert worn[0] == pytest.approx(0.5)
    for _ in range(13):
        worn = wear_out(worn, np.array([False]), keep)
    assert worn[0] == pytest.approx(0.25)
