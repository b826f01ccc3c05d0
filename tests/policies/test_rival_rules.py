"""Rules of rivals: which loss each answers, how far, and that it does nothing without one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.questions.rival_campaign.defend import DefendByCampaigns
from sim.questions.rival_campaign.react import ReactToCampaigns
from sim.questions.rival_force.defend import DefendAccounts
from sim.questions.rival_force.steady import SteadyCalls
from sim.questions.rival_margin.match_effort import MatchEffort
from sim.questions.rival_poaching.answer_loss import PoachOnLoss
from sim.questions.rival_price.defend import DefendByPrice
from sim.questions.rival_price.partial_adjustment import PartialAdjustment
from sim.solvers.allocation import allocate_calls, allocate_within
from sim.views import NEVER_ORDERED
from tests.policies.views import make_view


def seen(question: str, week: int = 8, **fields: Any) -> Any:
    return replace(make_view(question, 3, week), **fields)


def of_brand(calls: np.ndarray) -> list[float]:
    """Sum of the calls of each brand of the view."""
    return [float(part.sum()) for part in np.split(calls, 2)]


def test_calls_are_divided_by_potential_and_no_account_gets_too_many() -> None:
    potential = np.array([1.0, 8.0, 2.0, 4.0, 0.0])
    np.testing.assert_allclose(allocate_within(potential, 0.3, 2.0, 50.0), allocate_calls(potential, 0.3, 2.0))
    capped = allocate_within(potential, 0.3, 2.0, 0.8)
    assert capped.sum() == pytest.approx(2.0) and capped.max() == pytest.approx(0.8) and capped[4] == 0.0
    free = capped < 0.8 - 1e-12
    np.testing.assert_allclose(capped[free], allocate_calls(potential[free], 0.3, capped[free].sum()))
    np.testing.assert_allclose(allocate_within(potential, 0.3, 99.0, 0.5), [0.5, 0.5, 0.5, 0.5, 0.0])
    assert not allocate_within(np.zeros(3), 0.3, 2.0, 1.0).any() and not allocate_within(potential, 0.3, 0.0, 1.0).any()
    assert len(allocate_within(np.zeros(0), 0.3, 2.0, 1.0)) == 0


def test_a_steady_force_makes_its_usual_calls_whatever_happens() -> None:
    one = seen("rival_force", share_lost=np.array([0.5, 0.5]), since_order=np.full(40, 50))
    two = seen("rival_force", share_lost=np.zeros(2), since_order=np.zeros(40, dtype=np.int64))
    np.testing.assert_array_equal(SteadyCalls().answer(one).calls, SteadyCalls().answer(two).calls)
    assert of_brand(SteadyCalls().answer(one).calls) == pytest.approx([9.0, 4.0])


def test_a_force_that_defends_is_steady_without_a_loss() -> None:
    view = seen("rival_force", share_lost=np.array([0.05, -0.2]), since_order=np.zeros(40, dtype=np.int64))
    np.testing.assert_array_equal(DefendAccounts().answer(view).calls, SteadyCalls().answer(view).calls)


def test_a_force_that_defends_adds_calls_for_lost_share_up_to_a_limit() -> None:
    calm = np.zeros(40, dtype=np.int64)
    for lost, expected in ((0.15, 1.2), (0.9, 1.5)):
        view = seen("rival_force", share_lost=np.array([lost, 0.0]), since_order=calm)
        assert of_brand(DefendAccounts().answer(view).calls) == pytest.approx([9.0 * expected, 4.0])


def test_a_force_that_defends_shifts_calls_to_accounts_that_stopped_buying() -> None:
    since, ordered = np.zeros(40, dtype=np.int64), np.full(40, 13.0)  # an order every four weeks
    since[:4] = 9
    since[4:8] = NEVER_ORDERED
    view = seen("rival_force", share_lost=np.zeros(2), since_order=since, ordered=ordered)
    defended, steady = DefendAccounts(most=50).answer(view).calls, SteadyCalls(most=50).answer(view).calls
    assert (defended[:4] > steady[:4]).all()
    assert (defended[4:20] < steady[4:20]).all(), "who never bought is not lost"
    assert of_brand(defended) == pytest.approx(of_brand(steady)), "calls are moved, not made"
    np.testing.assert_array_equal(defended[20:], steady[20:])


def test_a_price_is_cut_for_lost_share_and_restored_never_below_cost() -> None:
    rule = DefendByPrice(every=1, speed=0.5, per_loss=0.5, most=0.3)
    plain = PartialAdjustment(every=1, speed=0.5)
    view = seen("rival_price", share_lost=np.zeros(4))
    start = view.price
    np.testing.assert_array_equal(rule.answer(view).price, plain.answer(view).price)
    lost = replace(view, share_lost=np.full(4, 0.35))
    assert (rule.answer(lost).price < plain.answer(lost).price).all()
    for _ in range(60):
        lost = replace(lost, price=rule.answer(lost).price)
        view = replace(view, price=plain.answer(view).price)
    np.testing.assert_allclose(lost.price, np.maximum(view.price * 0.85, view.unit_cost))
    ruin = replace(lost, share_lost=np.full(4, 0.9), unit_cost=view.price * 0.95)
    for _ in range(60):
        ruin = replace(ruin, price=rule.answer(ruin).price)
    assert (ruin.price >= ruin.unit_cost - 1e-12).all()
    back = replace(lost, share_lost=np.zeros(4))
    for _ in range(60):
        back = replace(back, price=rule.answer(back).price)
    np.testing.assert_allclose(back.price, view.price)
    idle = DefendByPrice(every=4).answer(seen("rival_price", week=9, price=start, share_lost=np.full(4, 0.5)))
    np.testing.assert_array_equal(idle.price, start)


def test_campaigns_answer_ours_and_lost_share() -> None:
    calm = seen("rival_campaign", share_lost=np.array([0.0, 0.05]))
    np.testing.assert_array_equal(DefendByCampaigns().answer(calm).campaign, ReactToCampaigns().answer(calm).campaign)
    lost = replace(calm, share_lost=np.array([0.15, 0.9]))
    more = DefendByCampaigns().answer(lost).campaign - ReactToCampaigns().answer(lost).campaign
    np.testing.assert_allclose(more, lost.usual * np.array([[0.2], [0.5]]))


def test_margins_follow_lost_effort_and_come_back() -> None:
    view = seen("rival_margin", effort_lost=np.array([0.15, 0.9]), margin=np.zeros(2))
    np.testing.assert_allclose(MatchEffort().answer(view).margin, [0.01, 0.025])
    for _ in range(60):
        view = replace(view, margin=MatchEffort().answer(view).margin)
    np.testing.assert_allclose(view.margin, [0.02, 0.05])
    view = replace(view, effort_lost=np.array([0.0, -0.5]))
    for _ in range(60):
        view = replace(view, margin=MatchEffort().answer(view).margin)
    np.testing.assert_allclose(view.margin, 0.0, atol=1e-12)


def test_offers_to_our_reps_follow_lost_share() -> None:
    view = seen("rival_poaching", share_lost=np.array([0.25, 0.9]))
    np.testing.assert_allclose(PoachOnLoss().answer(view).offers, [0.2, 0.3])
    assert not PoachOnLoss().answer(replace(view, share_lost=np.array([0.05, -0.4]))).offers.any()
