"""Row V54: what a customer is worth, from the solver by which the segmentation `value` orders customers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import rng
from sim.questions.segmentation.value import ValueSegments
from sim.rng import Decision
from sim.solvers.customer_value import lifetime_value, still_there
from tests.policies.views import make_view

CUSTOMERS = np.arange(200_000)


def value_elasticity(of: str) -> float:
    """Change of lifetime value in per cent when one of its numbers rises by one."""
    usual = {"margin": 100.0, "retention": 0.8, "discount": 0.12}
    step = 1e-6
    up, down = (lifetime_value(**{**usual, of: usual[of] * (1 + s)}) for s in (step, -step))
    return float(np.log(up / down) / np.log((1 + step) / (1 - step)))


def test_v54_value_and_its_elasticities() -> None:
    assert lifetime_value(100.0, 0.8, 0.12) == pytest.approx(250.0)
    assert value_elasticity("retention") == pytest.approx(3.5, rel=1e-6)


def test_v54_control_margin_and_discount_matter_less_than_retention() -> None:
    assert value_elasticity("margin") == pytest.approx(1.0, rel=1e-6)
    assert abs(value_elasticity("discount")) == pytest.approx(0.12 / 0.32, rel=1e-6)
    assert lifetime_value(100.0, 0.8, 0.3) < 170.0


def test_v54_simulated_years_of_customers_are_worth_as_much() -> None:
    """Each year a customer stays with probability .8 and then pays 100 at its end, discounted at 12 % a year."""
    stays, worth = np.ones(len(CUSTOMERS), dtype=bool), np.zeros(len(CUSTOMERS))
    for year in range(1, 80):
        stays &= rng.uniform(1, Decision.POLICY, year, CUSTOMERS) < 0.8
        worth += stays * 100.0 / 1.12**year
    error = 4 * worth.std() / np.sqrt(len(worth))
    assert abs(worth.mean() - 250.0) < error
    assert abs(worth.mean() - lifetime_value(100.0, 0.7, 0.12)) > 10 * error


def test_silence_shows_who_is_still_a_customer() -> None:
    """Customers order twice a year and leave at a hazard of .4; of those silent for a year, so many are still there."""
    leaves = -np.log(rng.uniform(1, Decision.POLICY, 0, CUSTOMERS)) / 0.4
    orders = -np.log(rng.uniform(1, Decision.POLICY, 1, CUSTOMERS)) / 2.0
    silent = (orders > 1.0) | (leaves < orders)
    there = float((leaves[silent] > 1.0).mean())
    expected = float(still_there(52.0, 2.0, np.exp(-0.4)))
    assert abs(there - expected) < 4 * np.sqrt(there * (1 - there) / silent.sum())
    assert still_there(0.0, 2.0, 0.8) == 1.0
    assert still_there(np.inf, 2.0, 0.8) == 0.0
    assert still_there(1e6, 1e3, 0.8) < 1e-100


def test_the_rule_orders_customers_by_that_value() -> None:
    seen = make_view("segmentation", 3)
    answer = ValueSegments(segments=5).answer(seen)
    customers = seen.customers
    margin = float(np.mean(1 - seen.unit_cost / seen.list_price))
    worth = lifetime_value(margin * customers.value, 0.8, 0.12) * still_there(customers.recency, customers.orders, 0.8)
    assert (answer.label[~customers.known] == 0).all()
    assert (answer.label[customers.known & (worth == 0)] == 1).all()
    buys = customers.known & (worth > 0)
    order = np.argsort(worth[buys])
    assert (np.diff(answer.label[buys][order]) >= 0).all()
    counts = np.bincount(answer.label[buys], minlength=6)
    assert counts[:2].tolist() == [0, 0] and np.ptp(counts[2:]) <= 1


def test_control_a_customer_who_fell_silent_is_worth_less_to_the_rule() -> None:
    seen = make_view("segmentation", 3)
    customers = seen.customers
    best = int(np.argmax(customers.value))
    label = {}
    for silent in (1, 300):
        last = np.where(np.arange(len(customers.key)) == best, seen.week - silent, customers.last_order)
        changed = replace(seen, customers=replace(customers, last_order=last))
        label[silent] = int(ValueSegments().answer(changed).label[best])
    assert label == {1: 4, 300: 2}
