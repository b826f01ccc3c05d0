"""Distributors as partners, by their own rules and solvers: special cases whose answer is known, each with a control."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.market import Market
from sim.phases.relate import hours_by_distributor, sellers_hours
from sim.questions.brand_effort.even import Even
from sim.questions.brand_effort.logit import Logit
from sim.scenario import Scenario
from sim.solvers.partners import logit_shares, next_capability, next_trust
from sim.views import BrandsSeen
from sim.week import Phase
from tests.policies.views import make_view

#: Advice of the weeks in the closed forms below, in hours, and what a distributor can do by itself.
HOURS, OWN = 3.0, np.array([0.0, 0.3, 0.9])


def seen(**changes: Any) -> BrandsSeen:
    view: BrandsSeen = make_view("brand_effort", 1)
    return replace(view, **changes)


def level(view: BrandsSeen) -> BrandsSeen:
    """The same view, where all offers sell and leave alike and trust is the usual one."""
    same = np.ones_like(view.turnover)
    return replace(view, turnover=5e6 * same, margin=0.2 * same, trust=np.full(len(view.key), view.usual_trust))


def after(weeks: int, advice: float, forgetting: float) -> np.ndarray:
    capability = OWN.copy()
    for _ in range(weeks):
        capability = next_capability(capability, OWN, np.full(3, HOURS), advice, forgetting)
    return capability


# ---- effort ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slope", [0.0, 1.0, 7.5])
def test_brands_that_pay_alike_get_equal_effort(slope: float) -> None:
    np.testing.assert_allclose(Logit(slope=slope).answer(level(seen())).share, 1 / 3, rtol=1e-12)


def test_control_brands_that_pay_differently_do_not() -> None:
    view = level(seen())
    for column in ("margin", "turnover"):
        better = np.where(view.offer_brand == 1, 1.5, 1.0) * getattr(view, column)
        share = Logit().answer(replace(view, **{column: better})).share
        assert (share[:, 1] > share[:, 0] + 0.05).all(), column
        np.testing.assert_allclose(share[:, 0], share[:, 2])
    np.testing.assert_allclose(Even().answer(seen()).share, 1 / 3)


def test_log_odds_of_two_brands_are_slope_times_the_difference_in_pay_over_the_mean() -> None:
    shares = logit_shares(np.array([[6.0, 2.0, 4.0]]), np.zeros((1, 3)), 1.4)
    assert np.log(shares[0, 0] / shares[0, 1]) == pytest.approx(1.4 * (6.0 - 2.0) / 4.0)
    assert shares.sum() == pytest.approx(1.0)


def test_neither_currency_nor_size_matters_to_the_division() -> None:
    view = seen()
    np.testing.assert_allclose(
        Logit().answer(replace(view, turnover=1e-3 * view.turnover)).share, Logit().answer(view).share, rtol=1e-12
    )


@pytest.mark.parametrize("seed", range(5))
def test_more_trust_never_lowers_effort_for_us(seed: int) -> None:
    view: BrandsSeen = make_view("brand_effort", seed)
    ladder = [
        Logit().answer(replace(view, trust=np.full(len(view.key), trust))).share[:, view.own_brand]
        for trust in np.linspace(0.0, 1.0, 11)
    ]
    assert (np.diff(ladder, axis=0) > 0).all()
    deaf = [Logit(trust=0.0).answer(replace(view, trust=np.full(4, trust))).share for trust in (0.0, 1.0)]
    np.testing.assert_array_equal(*deaf)  # the control: who does not weigh trust does not follow it


def test_only_trust_distinguishes_brands_that_pay_nothing() -> None:
    shares = logit_shares(np.zeros((1, 2)), np.array([[0.3, 0.0]]), 5.0)
    assert shares[0, 0] == pytest.approx(1 / (1 + np.exp(-0.3)))


# ---- capability ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [1, 10, 200])
def test_capability_without_forgetting_closes_the_same_part_of_the_gap_every_week(weeks: int) -> None:
    np.testing.assert_allclose(after(weeks, 0.01, 0.0), 1 - (1 - OWN) * (1 - 0.01 * HOURS) ** weeks, rtol=1e-12)


@pytest.mark.parametrize("weeks", [1, 10, 200])
def test_capability_goes_to_where_learning_and_forgetting_are_even(weeks: int) -> None:
    """k_n = k* + (k_0 − k*)(1 − ρh − f)^n with k* = (ρh + f·own)/(ρh + f)."""
    learnt, forgetting = 0.01 * HOURS, 0.02
    rest = (learnt + forgetting * OWN) / (learnt + forgetting)
    expected = rest + (OWN - rest) * (1 - learnt - forgetting) ** weeks
    np.testing.assert_allclose(after(weeks, 0.01, forgetting), expected, rtol=1e-12)
    never = after(weeks, 0.01, 0.0)
    assert weeks == 1 or (after(weeks, 0.01, forgetting) < never).all(), "control: forgetting is felt"


def test_what_nobody_renews_fades_to_what_the_distributor_can_do_itself() -> None:
    taught = next_capability(OWN, OWN, np.full(3, 1e6), 0.01, 0.0)
    np.testing.assert_array_equal(taught, 1.0)
    for _ in range(26):
        taught = next_capability(taught, OWN, np.zeros(3), 0.01, 1 - 0.5 ** (1 / 26))
    np.testing.assert_allclose(taught - OWN, 0.5 * (1 - OWN), rtol=1e-9)


@pytest.mark.parametrize("hours", [0.0, 2.0])
def test_capability_in_a_market_follows_the_hours_that_reps_spent(hours: float) -> None:
    calls = {"policy.distributor_calls.kind": "fixed_hours", "policy.distributor_calls.hours": hours}
    market = Market("tiny", seed=3, weeks=12, overrides={**calls, "params.partners.advice": 0.01})
    state, forgetting = market.state, market.state.params.partners.forgetting
    own = state.distributors.own_capability.copy()
    expected = own.copy()
    seen_hours: list[np.ndarray] = []

    def note(phase: Phase) -> None:
        if phase.name == "relate":
            sellers = sellers_hours(state) / 36.0  # hours of an attended week
            seen_hours.append(hours_by_distributor(state)[1] / sellers)

    while market.running:
        seen_hours.clear()
        market.run_week(observe=note)
        expected += np.minimum(0.01 * seen_hours[0], 1.0) * (1 - expected) - forgetting * (expected - own)
    np.testing.assert_allclose(state.distributors.capability, expected, rtol=1e-12)
    assert (state.distributors.capability > own + 0.01).all() == (hours > 0)


# ---- trust -----------------------------------------------------------------------------------------------------------


def test_trust_goes_to_its_target_and_falls_faster_than_it_rises() -> None:
    up, down = np.array([0.3]), np.array([0.7])
    for _ in range(20):
        up, down = (next_trust(trust, np.array([0.5]), 0.04, 2.0) for trust in (up, down))
    assert up[0] == pytest.approx(0.5 - 0.2 * 0.96**20)
    assert down[0] == pytest.approx(0.5 + 0.2 * 0.92**20)


def test_trust_at_speed_zero_stays() -> None:
    np.testing.assert_array_equal(next_trust(OWN, 1 - OWN, 0.0, 2.0), OWN)


# ---- nothing always pays ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_hours_for_distributors_that_customers_miss_lose_money_for_us_and_for_distributors() -> None:
    """In the built-in market, under the same luck: two thirds of the field hours go to distributors.

    Customers get a third of their calls, sellers lose the hours in which they are taught, and both returns fall.
    """
    earned: dict[float, list[tuple[float, float]]] = {}
    for hours in (0.0, 16.0):
        calls = {"policy.distributor_calls.kind": "fixed_hours", "policy.distributor_calls.hours": hours}
        scenario = Scenario.load("regional_plain", policy="status_quo", weeks=104, overrides=calls)
        cards = [Market(scenario, seed=seed).run().results.scorecard.set_index("kpi")["value"] for seed in (1, 2, 3)]
        earned[hours] = [(card["contribution"], card["distributor_profit"]) for card in cards]
    for (ours, theirs), (usual, usual_of_theirs) in zip(earned[16.0], earned[0.0], strict=True):
        assert ours < usual
        assert theirs < usual_of_theirs
