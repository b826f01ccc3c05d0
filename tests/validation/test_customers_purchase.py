"""Rows V05, V07, V08: purchase incidence of the NBD and brand choice of the Dirichlet model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from sim import rng
from sim.kernels.board import make_need_board, make_offer_board
from sim.kernels.demand_step import choosers, demand_week, occasions_of_week
from sim.network import no_ties
from sim.params.customers import Choice, Experience, choice_numbers
from sim.rng import Decision
from sim.state.customers import Customers, make_customers

N, WEEKS = 200_000, 13
MEAN, K, S = 1.456, 0.779, 1.55
SHARES = np.array([0.25, 0.19, 0.10, 0.10, 0.09, 0.08, 0.03, 0.02])
PENETRATION = np.array([0.205, 0.161, 0.089, 0.089, 0.081, 0.072, 0.028, 0.019])

Counts = NDArray[np.int64]

NEEDS = make_need_board(
    activity=np.ones((1, 1)), mix=[[1.0]], durable=[False], first_need=[[0.0]], replacement=np.zeros((1, 2))
)


def buyers(seed: int, rows: int = N, attributes: int = 0) -> Customers:
    """Customers whose purchase rates are Gamma(K) with a mean of 1.456 a quarter of 13 weeks."""
    customers = make_customers(rows, brands=8, categories=1, attributes=attributes, marks=0)
    rates = rng.gamma(seed, Decision.PURCHASE_RATE, 0, customers.key, K, MEAN / WEEKS)
    customers.fill({"purchase_rate": rates, "aware": 255})
    return customers


def quarters(seed: int, rows: int, *, one_a_week: bool = False) -> tuple[Counts, Counts]:
    """Occasions of each customer in two quarters; ``one_a_week`` is the control: a draw instead of a count."""
    customers = buyers(seed, rows)
    counts = np.zeros((2, rows), np.int64)
    with customers.lend(["need_open"]):
        for week in range(2 * WEEKS):
            row = occasions_of_week(customers, NEEDS, seed=seed, tick=week).row
            made = np.bincount(row, minlength=rows)
            counts[week // WEEKS] += np.minimum(made, 1) if one_a_week else made
    return counts[0], counts[1]


def nbd_figures(seed: int, rows: int, *, one_a_week: bool = False) -> NDArray[np.float64]:
    first, second = quarters(seed, rows, one_a_week=one_a_week)
    return np.array([(first > 0).mean(), *(second[first == x].mean() for x in (0, 1, 5))])


def test_v05_negative_binomial_purchases() -> None:
    batches = np.array([nbd_figures(seed, N // 20) for seed in range(1, 21)])
    mean, error = batches.mean(axis=0), batches.std(axis=0, ddof=1) / np.sqrt(len(batches))
    expected = np.array([0.560, 0.507, 1.159, 3.765])
    assert (np.abs(mean - expected) < 4 * error + 5e-4).all(), (mean, error)  # the table has three digits


def test_v05_control_one_draw_a_week_instead_of_a_count_fails() -> None:
    figures = nbd_figures(1, N, one_a_week=True)
    assert figures[1] < 0.495
    assert figures[2] < 1.13
    assert figures[3] < 3.70


class BrandFigures(NamedTuple):
    """Penetration and purchases per buyer of the eight brands in a quarter."""

    penetration: NDArray[np.float64]
    frequency: NDArray[np.float64]


def dirichlet(seed: int, *, heterogeneous: bool = True) -> BrandFigures:
    """A quarter of N customers who choose among eight brands and "others" with log-Gamma intercepts as tastes.

    The ninth offer (the rest of the category) is a second offer of the last brand. Without heterogeneity all have
    the shares themselves as probabilities: the control.
    """
    shares = np.append(SHARES, 1.0 - SHARES.sum())
    offers = len(shares)
    customers = buyers(seed, attributes=offers)
    tastes = np.broadcast_to(np.log(shares), (N, offers))
    if heterogeneous:
        columns = [
            rng.log_gamma(seed, Decision.TASTE, 0, customers.key, S * share, j) for j, share in enumerate(shares)
        ]
        tastes = np.stack(columns, axis=1)
    customers.fill({"taste": tastes})
    board = make_offer_board(
        brand=np.minimum(np.arange(offers), 7),
        category=np.zeros(offers),
        durable=[False],
        own=np.zeros(offers),
        quality=np.zeros(offers),
        attributes=np.eye(offers),
        outside=[-1e30],
        appeal=np.zeros((1, 1, offers)),
        price=np.zeros((1, 1, offers)),
        price_minor=np.zeros((1, 1, offers)),
        available=np.ones((1, offers)),
        order_spread=[0.0],
    )
    weights = Choice(loyalty=0.0, quality=0.0, satisfaction=0.0, relationship=0.0, neighbours=0.0)
    numbers = choice_numbers(weights, Experience())
    network = no_ties(N)
    bought = np.zeros(N * offers, np.int64)
    with customers.lend(["need_open"]):
        for week in range(WEEKS):
            _, chosen, orders = demand_week(customers, network, NEEDS, board, numbers, seed=seed, tick=week)
            assert (chosen.offer >= 0).all()
            bought += np.bincount(orders.customer.astype(np.int64) * offers + orders.offer, minlength=N * offers)
    counts = bought.reshape(N, offers)[:, :8]
    buys = counts > 0
    return BrandFigures(buys.mean(axis=0), counts.sum(axis=0) / buys.sum(axis=0))


@pytest.fixture(scope="module")
def brands() -> BrandFigures:
    return dirichlet(3)


def test_v07_dirichlet_penetrations_and_frequencies(brands: BrandFigures) -> None:
    assert np.abs(brands.penetration - PENETRATION).max() < 0.004
    assert brands.frequency[0] == pytest.approx(1.775, abs=0.03)
    assert brands.frequency[7] == pytest.approx(1.552, abs=0.03)


def test_v08_double_jeopardy(brands: BrandFigures) -> None:
    b, w = brands
    constant = w * (1.0 - b)
    assert constant.std() / constant.mean() < 0.04
    assert w[7] / w[0] == pytest.approx(0.874, abs=0.02)


def test_v07_v08_control_equal_customers_have_no_dirichlet() -> None:
    same = dirichlet(3, heterogeneous=False)
    assert np.abs(same.penetration - PENETRATION).max() > 0.02
    assert abs(same.frequency[7] - 1.552) > 0.1


def test_everybody_knows_all_eight_brands() -> None:
    assert (choosers(buyers(1, 10), no_ties(10)).aware == 255).all()
