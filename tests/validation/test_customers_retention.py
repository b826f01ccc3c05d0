"""Row V63: retention of customers who differ in how prone they are to leave, from the simulator's own build and funnel."""

from __future__ import annotations

import numpy as np
import pytest

from sim.build.population import build_customers
from sim.kernels.demand_step import funnel_week
from sim.kernels.needs import Occasions
from sim.params.customers import Experience, Funnel, Lapse, Loyalty, funnel_numbers
from sim.quantity import WEEKS_PER_YEAR
from sim.scenario import Scenario
from sim.stages import Stage
from sim.state.table import NEVER
from tests.kernels.demand_market import make_market

A, B, AGENTS, YEARS = 0.704, 1.182, 200_000, 3


def survivors(kind: str, probability: float) -> np.ndarray:
    """Customers who are left at the start and after each year, all of them overdue and of neutral satisfaction throughout."""
    given = {"params.lapse.kind": kind, "params.lapse.beta_a": A, "params.lapse.beta_b": B}
    scenario = Scenario.load("tiny", customers=AGENTS, overrides=given)
    customers = build_customers(scenario.world, scenario.params, 1, None)
    customers.fill({"stage": Stage.BUYER, "aware": 3, "last_order": NEVER})
    lapse = Lapse(kind=scenario.params.lapse.kind, probability=probability)
    numbers = funnel_numbers(Funnel(), lapse, Loyalty(), Experience())
    blocks = -(-AGENTS // 4096)
    nobody = Occasions(*(np.empty(0, t) for t in (np.uint32, np.uint8, np.uint32)), np.zeros(blocks + 1, np.int64))
    offers, left = make_market(20).offers, [AGENTS]
    for week in range(YEARS * round(WEEKS_PER_YEAR)):
        with customers.lend(["stage"]):
            funnel_week(customers, nobody, offers, numbers, own_brand=0, seed=1, tick=week)
        if (week + 1) % round(WEEKS_PER_YEAR) == 0:
            left.append(int((customers.stage == Stage.BUYER).sum()))
    return np.array(left)


def retention(left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of each year's customers who stay, and four standard errors of it."""
    stays = left[1:] / left[:-1]
    return stays, 4 * np.sqrt(stays * (1 - stays) / left[:-1])


def test_v63_heterogeneity_alone_makes_retention_rise() -> None:
    year = np.arange(1, YEARS + 1)
    exact = (B + year - 1) / (A + B + year - 1)
    assert exact == pytest.approx([0.627, 0.756, 0.819], abs=5e-4)
    stays, error = retention(survivors("beta", 0.3))
    assert (np.abs(stays - exact) < error).all(), stays


def test_v63_control_customers_who_are_alike_stay_alike_every_year() -> None:
    yearly = A / (A + B)
    weekly = float(Lapse().own_probability(np.array(yearly)))
    stays, error = retention(survivors("alike", weekly))
    assert (np.abs(stays - (1 - yearly)) < error).all(), stays
    assert abs(stays[1] - 0.756) > 10 * error[1]
