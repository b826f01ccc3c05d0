"""Rows V10, V11, V12: price response of the logit, the loyalty state, inertia."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.jit import sealed, sealed_array
from sim.kernels.board import OfferBoard, make_offer_board
from sim.kernels.choice import Choosers, choose
from sim.kernels.demand_step import SERVE_WRITES, Chosen, choosers, live_through
from sim.kernels.experience import Deliveries, loyalty_after
from sim.kernels.needs import Occasions
from sim.kernels.threads import blocks_of
from sim.network import no_ties
from sim.params.customers import Choice, ChoiceNumbers, Experience, Loyalty, Talk, choice_numbers, experience_numbers
from sim.rng import Decision, stream
from sim.state.customers import Customers, make_customers
from tests.validation.logit import choice_shares

BRANDS = 4
Floats = NDArray[np.float64]


def board(
    price: Floats, *, outside: float = 0.0, intercept: float = 0.0, dtype: type[np.floating] = np.float32
) -> OfferBoard:
    """Four offers, one of each brand, in one category."""
    return make_offer_board(
        brand=np.arange(BRANDS),
        category=np.zeros(BRANDS),
        durable=[False],
        own=np.arange(BRANDS) == 0,
        quality=np.zeros(BRANDS),
        attributes=np.zeros((BRANDS, 1)),
        outside=[outside],
        appeal=np.full((1, 1, BRANDS), intercept),
        price=price.reshape(1, 1, BRANDS),
        price_minor=np.zeros((1, 1, BRANDS)),
        available=np.ones((1, BRANDS)),
        order_spread=[0.0],
        dtype=dtype,
    )


def shoppers(rows: int, *, sensitivity: float = 0.0) -> Customers:
    customers = make_customers(rows, brands=BRANDS, categories=1, attributes=1, marks=0)
    customers.fill({"aware": 2**BRANDS - 1, "price_sensitivity": sensitivity, "loyalty": 1.0 / BRANDS})
    return customers


def one_occasion_each(rows: int) -> Occasions:
    category, number = np.zeros(rows, np.uint8), np.zeros(rows, np.uint32)
    return sealed(Occasions(np.arange(rows, dtype=np.uint32), category, number, np.zeros(1, np.int64)))


def plain(loyalty: float, dtype: type[np.floating] = np.float32) -> ChoiceNumbers:
    weights = Choice(loyalty=loyalty, quality=0.0, satisfaction=0.0, relationship=0.0, neighbours=0.0)
    return choice_numbers(weights, Experience(), dtype)


def in_double(who: Choosers) -> Choosers:
    return sealed(Choosers(*(v.astype(np.float64) if v.dtype == np.float32 else v for v in who)))


def shares_at(price: Floats) -> Floats:
    """Shares of one customer (b_p = 1) at float64, where at price 3 each offer and nothing have a fifth."""
    who = in_double(choosers(shoppers(1, sensitivity=1.0), no_ties(1)))
    out = np.empty((1, BRANDS + 1))
    row = sealed_array(np.zeros(1, np.uint32))
    choice_shares(row, 0, who, sealed(board(price, intercept=3.0, dtype=np.float64)), plain(0.0, np.float64), out)
    return out[0]


def test_v10_elasticities_of_the_logit() -> None:
    price = np.full(BRANDS, 3.0)
    assert shares_at(price) == pytest.approx(np.full(5, 0.2), abs=1e-14)
    step = 1e-4
    up, down = price.copy(), price.copy()
    up[0] += step
    down[0] -= step
    slope = (np.log(shares_at(up)) - np.log(shares_at(down))) / (2 * step) * 3.0
    assert slope[0] == pytest.approx(-2.40, abs=1e-6)
    assert slope[1:] == pytest.approx(np.full(4, 0.60), abs=1e-6)


def chosen_at(price: Floats, rows: int, seed: int = 1) -> NDArray[np.int16]:
    chosen = Chosen.of(rows)
    luck = stream(seed, Decision.CHOICE, 0)
    who = choosers(shoppers(rows, sensitivity=1.0), no_ties(rows))
    offers = sealed(board(price, intercept=3.0))
    choose(0, blocks_of(rows), luck, one_occasion_each(rows), who, offers, plain(0.0), *chosen)
    return chosen.offer


def simulated_elasticities(rows: int, seed: int) -> Floats:
    up, down = np.full(BRANDS, 3.0), np.full(BRANDS, 3.0)
    up[0] *= 1.05
    down[0] *= 0.95
    high = np.bincount(chosen_at(up, rows, seed) + 1, minlength=5)
    low = np.bincount(chosen_at(down, rows, seed) + 1, minlength=5)
    return np.log(high / low) / math.log(1.05 / 0.95)


def test_v10_simulated_elasticities() -> None:
    slope = simulated_elasticities(400_000, 1)
    assert slope[1] == pytest.approx(-2.40, abs=0.05)
    assert slope[[0, 2, 3, 4]].mean() == pytest.approx(0.60, abs=0.05)


def test_v10_control_fresh_luck_at_each_price_is_too_noisy() -> None:
    price = np.full(BRANDS, 3.0)
    price[0] *= 1.001
    before, after = chosen_at(np.full(BRANDS, 3.0), 20_000), chosen_at(price, 20_000)
    assert ((before != 0) & (after == 0)).sum() == 0  # nobody is won by a higher price under the same draws
    other = chosen_at(price, 20_000, seed=2)
    assert ((before != 0) & (other == 0)).sum() > 0


def test_v11_loyalty_sums_to_one_and_halves_in_5_19_purchases() -> None:
    alpha = Loyalty().carry_over
    loyalty = np.full(BRANDS, 1.0 / BRANDS)
    for purchase in range(2000):
        bought = (purchase * 7 + purchase // 5) % BRANDS
        loyalty = np.array([loyalty_after(x, float(b == bought), alpha) for b, x in enumerate(loyalty)])
        assert loyalty.sum() == pytest.approx(1.0, abs=1e-14)
    kept = loyalty_after(1.0, 0.0, alpha)
    assert math.log(0.5) / math.log(kept) == pytest.approx(5.19, abs=5e-3)
    assert abs(math.log(0.5) / math.log(loyalty_after(1.0, 0.0, 0.8)) - 5.19) > 1.0  # control


def test_v11_through_the_deliveries_of_the_simulator() -> None:
    customers = shoppers(50)
    numbers = experience_numbers(Experience(noise=0.0), Loyalty(), Talk())
    price = np.ones(BRANDS)
    for week in range(300):
        offers = np.arange(50) * 3 + week * 7
        with customers.lend(SERVE_WRITES):
            live_through(customers, no_ties(50), purchases(offers % BRANDS), board(price), numbers, seed=1, tick=week)
    assert customers.loyalty.sum(axis=1) == pytest.approx(np.ones(50), abs=1e-5)


def purchases(offers: NDArray[np.integer]) -> Deliveries:
    rows = len(offers)
    return Deliveries(
        np.arange(rows, dtype=np.uint32),
        offers.astype(np.int16),
        np.zeros(rows, np.uint32),
        np.ones(rows, np.bool_),
        np.zeros(rows, np.float32),
    )


def repeat_rate(weight: float, rows: int = 4000, warm: int = 300, counted: int = 40) -> tuple[float, float]:
    """Share of purchases that repeat the last brand, and its Monte-Carlo error over batches of customers.

    Loyalty of 3.92 keeps customers with a brand for long: it takes some 200 purchases to forget the start.
    """
    customers = shoppers(rows)
    offers = board(np.zeros(BRANDS), outside=-1e30)
    numbers = plain(weight)
    felt = experience_numbers(Experience(noise=0.0), Loyalty(), Talk())
    last, repeats = np.zeros(rows, np.int16), np.zeros(rows)
    for week in range(warm + counted):
        made = Chosen.of(rows)
        who = choosers(customers, no_ties(rows))
        luck = stream(1, Decision.CHOICE, week)
        choose(0, blocks_of(rows), luck, one_occasion_each(rows), who, sealed(offers), numbers, *made)
        chosen = made.offer
        if week >= warm:
            repeats += chosen == last
        last = chosen
        with customers.lend(SERVE_WRITES):
            live_through(customers, no_ties(rows), purchases(chosen), offers, felt, seed=1, tick=week)
    batches = (repeats / counted).reshape(20, -1).mean(axis=1)
    return float(batches.mean()), float(batches.std(ddof=1) / math.sqrt(20))


def test_v12_repeat_rates_of_equal_brands() -> None:
    without, error = repeat_rate(0.0)
    assert abs(without - 0.25) < 4 * error
    inert, _ = repeat_rate(3.92)
    assert inert > 0.75
    assert inert == pytest.approx(0.81, abs=0.02)


def test_v12_control_a_loyalty_that_forgets_at_once_is_not_inert() -> None:
    assert repeat_rate(1.0)[0] < 0.5
