"""Row V12b: what one purchase leads to by habit, from the kernels of choice and of habit, where it has a closed form."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from experiments.comparison.purchase_multiplier import Shoppers, follow_purchases, purchase_multipliers
from sim.jit import sealed
from sim.kernels.demand_step import choosers
from sim.market import Market
from sim.network import no_ties
from sim.params.customers import Experience, Loyalty, Talk, experience_numbers
from tests.validation.test_customers_choice import BRANDS, board, plain, shoppers


def multiplier(weight: float, carry_over: float, rows: int = 30_000) -> tuple[float, float]:
    """Purchases of ours for one of ours, of four equal brands and no other choice, and the error of the mean."""
    customers = shoppers(rows)
    given = Shoppers(
        choosers(customers, no_ties(rows)),
        sealed(board(np.zeros(BRANDS), outside=-1e30)),
        plain(weight),
        experience_numbers(Experience(), Loyalty(carry_over=carry_over), Talk()),
    )
    everybody = np.arange(rows, dtype=np.uint32)
    more = follow_purchases(given, everybody, 0, np.full(rows, 5), seed=3, purchases=400)[1]
    return 1.0 + float(more.mean()), float(more.std(ddof=1) / np.sqrt(rows))


@pytest.mark.parametrize("carry_over", [0.95, 0.98])
def test_v12b_the_multiplier_is_that_of_small_steps(carry_over: float) -> None:
    """1/(1 − b_L/B) for B equal brands, whatever the carry-over, as long as a purchase moves habit little.

    One purchase moves habit by (1−α)·(e_ours − e_other), which the logit answers by b_L/B of it, purchase after purchase.
    """
    for weight in (1.0, 2.0):
        found, error = multiplier(weight, carry_over)
        assert found == pytest.approx(1.0 / (1.0 - weight / BRANDS), abs=4 * error + 0.03)


def test_v12b_control_without_a_weight_one_purchase_is_one_purchase() -> None:
    assert multiplier(0.0, 0.98) == (1.0, 0.0)


def test_a_purchase_leads_to_more_the_more_loyalty_weighs_and_most_of_it_later() -> None:
    found = {}
    for weight in (0.0, 1.0, 2.0, 3.92):
        market = Market("tiny", seed=2, customers=4000, overrides={"params.choice.loyalty": weight})
        (found[weight],) = purchase_multipliers(market.state)
    assert found[0.0][1:5] == pytest.approx((1.0, 1.0, 1.0, 1.0), abs=1e-12)
    assert [m.category for m in found.values()] == ["refill"] * 4
    long = [m.long_run for m in found.values()]
    assert all(less < more for less, more in pairwise(long))
    assert all(m.first_year <= m.long_run for m in found.values())
    assert found[3.92].long_run > 2 * found[2.0].long_run, (
        "habit of the weight without heterogeneity nearly keeps itself up"
    )


def test_the_multiplier_leaves_the_market_as_it_was() -> None:
    market = Market("tiny", seed=2, customers=500)
    before = np.array(market.state.customers.loyalty)
    first, again = (purchase_multipliers(market.state, purchases=20) for _ in range(2))
    assert first == again
    np.testing.assert_array_equal(before, market.state.customers.loyalty)
