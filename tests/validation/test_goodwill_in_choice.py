"""Row V14b: elasticities of advertising in choice, short and long run, from spending to the shares of the logit.

Spending becomes goodwill (`adstock`), goodwill utility, utility the board's appeal, and the market's own kernel of utility
gives the shares.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.jit import sealed, sealed_array
from sim.kernels.board import appeal, make_offer_board
from sim.kernels.demand_step import choosers
from sim.kernels.goodwill import adstock
from sim.kernels.goodwill_effects import factor_of_calls, goodwill_utility
from sim.network import no_ties
from sim.params.advertising import Advertising, advertising_numbers
from sim.params.customers import Choice, Experience, choice_numbers
from sim.state.customers import make_customers
from tests.validation.logit import choice_shares
from tests.validation.test_customers_choice import in_double

MONTH = 52.0 / 12.0
HEADS = np.array([1000.0])
USUAL = 3.0  # minor units per customer and week, of either brand
Floats = NDArray[np.float64]


def shares(utility: Floats, share: float) -> Floats:
    """Shares [2] of two brands of ``share`` each, but for ``utility`` [2]; the rest buys nothing."""
    numbers = choice_numbers(Choice(quality=0.0, neighbours=0.0, satisfaction=0.0), Experience(), np.float64)
    alike = np.full(2, np.log(share / (1.0 - 2.0 * share)))
    board = make_offer_board(
        brand=[0, 1],
        category=np.zeros(2),
        durable=[False],
        own=[True, False],
        quality=np.zeros(2),
        attributes=np.zeros((2, 1)),
        outside=[0.0],
        appeal=appeal(alike, np.zeros(2), utility[np.newaxis], numbers),
        price=np.ones((1, 1, 2)),
        price_minor=np.zeros((1, 1, 2)),
        available=np.ones((1, 2)),
        order_spread=[0.0],
        dtype=np.float64,
    )
    customer = make_customers(1, brands=2, categories=1, attributes=1, marks=0)
    customer.fill({"aware": 3, "price_sensitivity": 0.0, "loyalty": 0.0})
    out = np.empty((1, 3))
    who = in_double(choosers(customer, no_ties(1)))
    choice_shares(sealed_array(np.zeros(1, np.uint32)), 0, who, sealed(board), numbers, out)
    return out[0, :2]


def elasticity(
    kind: Literal["goodwill", "koyck"],
    ticks: int,
    share: float,
    *,
    dt: float = MONTH,
    more: float = 1.01,
    unadvertised: float = 0.0,
) -> float:
    """Elasticity of the first brand's share, ``ticks`` after its spending rose for good from the usual by the factor ``more``."""
    given = Advertising(kind=kind, choice=0.24 * (1.0 + unadvertised), unadvertised=unadvertised)
    numbers = advertising_numbers(given, dt, usual=USUAL / given.reference_spend)
    spend = np.full((2, 1), USUAL * HEADS[0])
    goodwill = np.full((2, 1), numbers.usual)
    before = shares(goodwill_utility(goodwill, numbers)[:, 0], share)
    for _ in range(ticks):
        goodwill = adstock(goodwill, spend * [[more], [1.0]], HEADS, numbers)
    after = shares(goodwill_utility(goodwill, numbers)[:, 0], share)
    return float(np.log(after[0] / before[0]) / np.log(more))


def test_v14b_a_small_brand_has_the_published_elasticities() -> None:
    short, long = elasticity("koyck", 1, 1e-6), elasticity("koyck", 400, 1e-6)
    assert short == pytest.approx(0.12, abs=1e-6)
    assert long == pytest.approx(0.24, abs=1e-6)
    assert elasticity("koyck", 13, 1e-6, dt=MONTH / 13) == pytest.approx(0.12, abs=1e-6)


def test_v14b_a_large_brand_has_them_by_what_others_hold() -> None:
    for share in (0.1, 0.3, 0.45):
        assert elasticity("koyck", 400, share, more=1.0001) == pytest.approx(0.24 * (1 - share), abs=1e-5)
        assert elasticity("koyck", 1, share, more=1.0001) == pytest.approx(0.12 * (1 - share), abs=1e-5)


@pytest.mark.parametrize("unadvertised", [0.0, 1.0, 2.5])
def test_v14b_a_stock_of_spending_has_its_half_life_between_short_and_long_run(unadvertised: float) -> None:
    """A small change; in a month a half-life of 4 weeks brings .528 of what it brings in the end."""
    long = elasticity("goodwill", 400, 0.3, more=1.0001, unadvertised=unadvertised)
    assert long == pytest.approx(0.24 * 0.7, abs=1e-4)
    short = elasticity("goodwill", 1, 0.3, more=1.0001, unadvertised=unadvertised)
    assert short / long == pytest.approx(1 - 0.5 ** (MONTH / 4), abs=1e-4)


def test_v14b_control_without_a_weight_in_choice_advertising_moves_no_share() -> None:
    numbers = advertising_numbers(Advertising())
    assert not goodwill_utility(np.array([[0.0], [9.0]]), numbers).any()
    assert (factor_of_calls(np.array([0.0, 9.0]), numbers) == 1.0).all()


@pytest.mark.parametrize("choice", [0.4, 0.65])
def test_a_brand_that_goes_dark_loses_what_was_observed_and_no_more(choice: float) -> None:
    """Hartnett et al. 2021: sales 16 % lower after a year, 25 % after two, 36 % after three; here without habits."""
    numbers = advertising_numbers(Advertising(choice=choice))
    dark = shares(goodwill_utility(np.array([0.0, 1.0]), numbers), 0.3)[0] / 0.3 - 1.0
    assert -0.36 < dark < -0.16
    logarithm = advertising_numbers(Advertising(choice=choice, unadvertised=0.0))
    ruined = shares(goodwill_utility(np.array([0.0, 1.0]), logarithm), 0.3)[0] / 0.3 - 1.0
    assert ruined < -0.8, "control: a pure logarithm ruins it"


def test_a_call_is_worth_less_without_advertising_and_never_more_than_twice_as_much() -> None:
    numbers = advertising_numbers(Advertising(synergy=0.2))
    np.testing.assert_allclose(factor_of_calls(np.array([0.0, 1.0, 2.0, 1e12]), numbers), [0.8, 1.0, 1 + 0.2 / 3, 1.2])
    assert factor_of_calls(np.array([0.0]), advertising_numbers(Advertising(synergy=1.0))) == 0.0
