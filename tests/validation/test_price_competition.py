"""Rows V19, V20: competitors who answer each other's prices by the engine's own rule reach the Nash equilibrium."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.jit import sealed, sealed_array
from sim.kernels.board import make_offer_board
from sim.kernels.choice import Choosers
from sim.kernels.demand_step import choosers
from sim.network import no_ties
from sim.params.customers import Choice, Experience, choice_numbers
from sim.questions.rival_price.partial_adjustment import PartialAdjustment
from sim.rng import Decision, Luck
from sim.state.customers import make_customers
from sim.views import CompetitorSeen
from tests.validation.logit import choice_shares

Floats = NDArray[np.float64]

#: Utility of nothing where nothing is no option.
NO_OUTSIDE = -600.0


def shares_at(price: Floats, *, sensitivity: float, intercept: float, outside: float) -> Floats:
    """Shares of single-offer firms and of nothing, by the choice kernel at float64."""
    firms = len(price)
    customers = make_customers(1, brands=firms, categories=1, attributes=1, marks=0)
    customers.fill({"aware": 2**firms - 1, "price_sensitivity": sensitivity})
    who = choosers(customers, no_ties(1))
    who = sealed(Choosers(*(v.astype(np.float64) if v.dtype == np.float32 else v for v in who)))
    offers = make_offer_board(
        brand=np.arange(firms),
        category=np.zeros(firms),
        durable=[False],
        own=np.arange(firms) == 0,
        quality=np.zeros(firms),
        attributes=np.zeros((firms, 1)),
        outside=[outside],
        appeal=np.full((1, 1, firms), intercept),
        price=price.reshape(1, 1, firms),
        price_minor=np.zeros((1, 1, firms)),
        available=np.ones((1, firms)),
        order_spread=[0.0],
        dtype=np.float64,
    )
    weights = choice_numbers(
        Choice(loyalty=0.0, quality=0.0, satisfaction=0.0, relationship=0.0, neighbours=0.0), Experience(), np.float64
    )
    out = np.empty((1, firms + 1))
    choice_shares(sealed_array(np.zeros(1, np.uint32)), 0, who, sealed(offers), weights, out)
    return out[0]


def compete(cost: list[float], rounds: int = 4000, **market: float) -> tuple[Floats, Floats]:
    """Prices and shares after many rounds of partial adjustment to the best response."""
    rule = PartialAdjustment(speed=0.2, every=1)
    unit_cost = np.array(cost)
    price = unit_cost + 1.0
    for week in range(rounds):
        share = shares_at(price, **market)[:-1]
        seen = CompetitorSeen(
            week,
            Luck.of(1, Decision.RIVAL_PRICE, week),
            np.arange(len(cost)),
            price,
            unit_cost,
            share,
            np.full(len(cost), market["sensitivity"]),
            np.zeros(len(cost)),
        )
        moved = rule.answer(seen).price
        if np.abs(moved - price).max() < 1e-12:
            break
        price = moved
    return price, shares_at(price, **market)


@pytest.mark.parametrize(("firms", "markup"), [(2, 2.0), (3, 1.5), (5, 1.25)])
def test_v19_symmetric_logit_competition(firms: int, markup: float) -> None:
    price, shares = compete([1.0] * firms, sensitivity=1.0, intercept=0.0, outside=NO_OUTSIDE)
    np.testing.assert_allclose(price - 1.0, markup, atol=1e-6)
    np.testing.assert_allclose(shares[:-1], 1 / firms, atol=1e-9)


def test_v20_asymmetric_duopoly_with_an_outside_good() -> None:
    price, shares = compete([1.0, 1.2], sensitivity=2.0, intercept=4.0, outside=0.0)
    np.testing.assert_allclose(price, [1.82928, 1.93607], atol=1e-4)
    np.testing.assert_allclose(shares[:-1], [0.39707, 0.32071], atol=1e-4)


def test_v19_control_a_rule_that_ignores_its_share_does_not_get_there() -> None:
    share = np.zeros(2)
    seen = CompetitorSeen(
        0,
        Luck.of(1, Decision.RIVAL_PRICE, 0),
        np.arange(2),
        np.full(2, 3.0),
        np.ones(2),
        share,
        np.ones(2),
        np.zeros(2),
    )
    moved = PartialAdjustment(speed=1.0, every=1).answer(seen).price
    np.testing.assert_allclose(moved - 1.0, 1.0)  # the monopolist's mark-up of a firm that nobody buys from


def test_a_rival_moves_only_in_weeks_of_revision() -> None:
    rule = PartialAdjustment(speed=0.2, every=4)
    for week in range(9):
        seen = CompetitorSeen(
            week,
            Luck.of(1, Decision.RIVAL_PRICE, week),
            np.arange(2),
            np.full(2, 2.0),
            np.ones(2),
            np.full(2, 0.5),
            np.ones(2),
            np.zeros(2),
        )
        moved = rule.answer(seen).price
        np.testing.assert_allclose(moved, 2.0 if week % 4 else 2.0 + 0.2 * (3.0 - 2.0))
