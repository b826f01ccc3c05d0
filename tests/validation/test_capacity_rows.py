"""Special cases of what large accounts take and of what a plant can make: calls by hours, Nash's split, a queue at capacity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.jit import sealed
from sim.kernels.bargaining import bargain, nash_discount
from sim.kernels.board import make_offer_board
from sim.kernels.demand_step import choosers
from sim.kernels.stock_flow import open_stage, request, ship
from sim.market import Market
from sim.network import no_ties
from sim.params.customers import Choice, Experience, choice_numbers
from sim.phases.work import work
from sim.solvers.plant import run_plant
from sim.state import Use
from sim.state.customers import make_customers
from tests.unit.part_weeks import until, writes

USUAL = 1_000_000_000


def calls_at_size(size: float, exponent: float = 1.0, weeks: int = 6) -> tuple[float, float]:
    """Calls and hours with customers in some weeks of work, if all customers are ``size`` times as large as the usual one.

    Nobody travels. Only reps work: plans, motives and customers stay as they are.
    """
    still = {
        "params.hours.travel_beyond_selling": 0.0,
        "params.call_length.exponent": exponent,
        "params.call_length.reference": USUAL,
        "params.call_length.shortest": 0.1,
        "params.call_length.longest": 10.0,
    }
    market = Market("tiny", seed=2, weeks=weeks, customers=400, overrides=still)
    state = market.state
    state.numbers = replace(state.numbers, travel_hours=np.zeros(len(state.layout.territories)))
    units = (size * USUAL - state.numbers.durable_value) / (52.0 * state.numbers.consumable_price)
    state.customers.fill({"purchase_rate": 1.0, "order_size": units[state.customers.type]})
    calls = hours = 0.0
    for _ in range(weeks):
        until("work", market)
        with state.lend(writes("work")):
            work(state)
        calls += state.reps.calls.sum()
        hours += state.books.hours.spent[state.week, Use.SELLING].sum()
        state.week += 1
    return calls, hours


def test_accounts_twice_as_large_get_half_the_calls_in_the_same_hours() -> None:
    """With exponent 1 a call on an account of size s takes s usual calls; hours, and nothing else, decide how many are made."""
    (usual, hours), (double, same) = calls_at_size(1.0), calls_at_size(2.0)
    reps = 6
    assert usual > 200
    assert hours == pytest.approx(0.55 * usual, rel=1e-6) and same == pytest.approx(2 * 0.55 * double, rel=1e-6)
    # What is begun and not finished in the last week is less than a call of each rep.
    assert abs(double - usual / 2) <= reps
    assert abs(hours - same) <= reps * 2 * 0.55


def test_a_begun_call_is_finished_in_a_later_week() -> None:
    """At less than full effort as many hours are worked with long calls as with short ones, but for one call of each rep."""
    (_, hours), (_, same) = calls_at_size(1.0, weeks=12), calls_at_size(8.0, weeks=12)
    assert 0 <= hours - same <= 6 * 8 * 0.55


def test_control_with_exponent_0_size_plays_no_part() -> None:
    assert calls_at_size(2.0, exponent=0.0) == calls_at_size(1.0, exponent=0.0)


# ---- Nash's split -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [0.0, 0.25, 0.5, 1.0])
def test_with_two_offers_alike_the_buyer_gets_its_power_of_the_margin(power: float) -> None:
    """Generalised Nash solution: maximise (discount + lead)^power · (margin − discount)^(1 − power); lead 0."""
    assert nash_discount(0.4, 0.0, power) == pytest.approx(0.4 * power)


@pytest.mark.parametrize(("lead", "power"), [(0.0, 0.5), (0.1, 0.5), (0.05, 0.3), (0.2, 0.9)])
def test_the_discount_maximises_the_nash_product(lead: float, power: float) -> None:
    margin = 0.4
    grid = np.linspace(0.0, margin, 400_001)[:-1]
    product = power * np.log(np.maximum(grid + lead, 1e-300)) + (1 - power) * np.log(margin - grid)
    assert nash_discount(margin, lead, power) == pytest.approx(grid[product.argmax()], abs=2e-6)


def bargained(appeal: list[float], *, power: float = 0.5, aware: int = 0b111, most: float = 1.0) -> NDArray[np.float64]:
    """Rebates of one buyer on an offer each of three brands, at price 1, of which .4 is the maker's margin."""
    customers = make_customers(1, brands=3, categories=1, attributes=1, marks=0, rebates=3)
    customers.fill({"aware": aware, "price_sensitivity": 2.0})
    who = choosers(customers, no_ties(1))
    offers = make_offer_board(
        brand=np.arange(3),
        category=np.zeros(3),
        durable=[False],
        own=np.arange(3) == 0,
        quality=np.zeros(3),
        attributes=np.zeros((3, 1)),
        outside=[-1.0],
        appeal=np.reshape(appeal, (1, 1, 3)),
        price=np.ones((1, 1, 3)),
        price_minor=np.full((1, 1, 3), 1000),
        available=np.ones((1, 3)),
        order_spread=[0.0],
    )
    weights = choice_numbers(
        Choice(loyalty=0.0, quality=0.0, satisfaction=0.0, relationship=0.0, neighbours=0.0), Experience()
    )
    plain = sealed(who._replace(rebate=np.empty((1, 0), np.float32)))
    rebate = np.empty((1, 3))
    bargain(np.zeros(1, np.int64), np.array([power]), most, plain, offers, weights, np.full((1, 3), 0.4), rebate)
    return rebate[0]


def test_equal_alternatives_at_power_one_half_share_the_surplus_evenly() -> None:
    """On the kernel that the market uses: three offers alike, margin .4 of the price; the buyer gets .2 of it from each."""
    np.testing.assert_allclose(bargained([0.0, 0.0, 0.0]), 0.2, rtol=1e-6)


def test_who_is_ahead_gives_less_and_a_monopolist_nothing() -> None:
    ahead = bargained([0.2, 0.0, 0.0])  # worth .1 of the price more, at a price sensitivity of 2
    np.testing.assert_allclose(ahead, [0.5 * 0.5 - 0.1, 0.2, 0.2], rtol=1e-5)
    assert bargained([2.0, 0.0, 0.0])[0] == 0.0
    np.testing.assert_array_equal(bargained([0.0, 0.0, 0.0], aware=0b001)[0], 0.0)  # knows no other brand
    np.testing.assert_array_equal(bargained([0.0, 0.0, 0.0], power=0.0), 0.0)
    np.testing.assert_allclose(bargained([0.0, 0.0, 0.0], most=0.05), 0.05, rtol=1e-6)


# ---- a queue at capacity ----------------------------------------------------------------------------------------------


def queue_after(demand: list[int], capacity: float, overtime: float) -> list[int]:
    """Production orders that wait at the end of each week: the plant of the market, one offer, all of it urgent."""
    stage = open_stage(np.zeros(1, np.int64), 1)
    begun, waiting = np.zeros(1), []
    for week, asked in enumerate(demand):
        stage.pipeline[week % 1] = 0
        stage.in_transit[...] = 0
        request(stage, np.array([asked]))
        done = run_plant(
            stage.owed, stage.owed, begun, np.zeros(1, np.int64), np.array([7.0]), np.array([7.0 * capacity]), overtime
        )
        ship(stage, done.started, week, 1)
        begun = done.begun
        waiting.append(int(stage.owed[0]))
    return waiting


def test_beyond_capacity_the_queue_grows_by_what_cannot_be_made() -> None:
    """Demand steps from 8 to 15 a week; 10 in regular hours and 20 % overtime: 3 more wait each week, exactly."""
    waiting = queue_after([8] * 5 + [15] * 20, capacity=10, overtime=0.2)
    assert waiting[:5] == [0] * 5
    assert waiting[5:] == [3 * (k + 1) for k in range(20)]


def test_a_part_of_a_unit_is_not_lost() -> None:
    """At 2.5 a week and a demand of 4 the queue grows by 1.5: by 2 in every first week and 1 in every second."""
    waiting = queue_after([4] * 12, capacity=2.5, overtime=0.0)
    assert waiting == [int(np.ceil(1.5 * (k + 1))) for k in range(12)]


def test_control_without_overtime_the_queue_grows_faster() -> None:
    assert queue_after([15] * 10, capacity=10, overtime=0.0)[-1] == 50
