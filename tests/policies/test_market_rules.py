"""Rules of the market department: budgets by potential, countermeasures, segments by needs, the filter of potential users."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from sim.market import Market
from sim.questions.advertising.by_potential import BudgetByPotential
from sim.questions.coverage.segment_norms import SegmentNorms
from sim.questions.head_count.by_potential import HeadCountByPotential
from sim.questions.head_count.fixed import FixedHeadCount
from sim.questions.promotion.calendar import CampaignCalendar
from sim.questions.promotion.counter import CounterCampaign
from sim.questions.prospects.logistic import LogisticFilter
from sim.questions.segmentation.needs import NeedsSegments
from sim.views import TruthSeen
from tests.policies.views import make_view

# ---- by potential -----------------------------------------------------------------------------------------------------


def test_a_budget_follows_believed_potential() -> None:
    seen = replace(make_view("advertising", 1), potential=np.array([1.0, 2.0, 5.0]) * 1e9, sales=np.full(3, 1e6))
    spend = BudgetByPotential(budget=52_000).answer(seen).spend
    np.testing.assert_array_equal(spend, [125, 250, 625])
    nothing = replace(seen, potential=np.zeros(3))
    np.testing.assert_array_equal(BudgetByPotential(budget=52_000).answer(nothing).spend, [333, 333, 333])


def test_headroom_excludes_what_is_ours_already() -> None:
    seen = replace(make_view("advertising", 1), potential=np.array([10.0, 10.0, 4.0]) * 52, sales=np.array([2.0, 8, 5]))
    spend = BudgetByPotential(budget=52_000, headroom=1.0).answer(seen).spend
    np.testing.assert_array_equal(spend, [800, 200, 0])


def test_positions_follow_believed_potential() -> None:
    seen = replace(make_view("head_count", 1), potential=np.array([1.0, 1.0, 1.0]), positions=np.array([3, 1, 2]))
    assert HeadCountByPotential().answer(seen).positions.tolist() == [2, 2, 2]
    assert HeadCountByPotential(weight=0.0).answer(seen).positions.tolist() == [3, 1, 2]
    rich = replace(seen, potential=np.array([0.0, 1.0, 0.0]), rep_territory=np.repeat([0, 1, 2], [3, 4, 2]))
    assert HeadCountByPotential().answer(rich).positions.tolist() == [2, 4, 0], "no more than there is room for"
    assert HeadCountByPotential(more=3).answer(rich).positions.sum() == 9
    assert FixedHeadCount().answer(seen).positions.tolist() == seen.positions.tolist()


def known_at_the_end(belief: list[float], strength: float = 0.02) -> float:
    """Customers who know us after half a year, over some seeds, when the firm believes in ``belief``."""
    known = 0.0
    for seed in range(4):
        market = Market(
            "tiny",
            seed=seed,
            weeks=26,
            customers=3000,
            overrides={
                "policy.advertising.kind": "by_potential",
                "policy.advertising.budget": 300_000,
                "params.advertising.strength": strength,
                "params.advertising.elasticity": 0.5,
                "params.network.kind": "none",
                "params.studies.estimate_every": 520,
                "territory.north.share": 0.85,
                "territory.south.share": 0.15,
            },
        )
        market.step()
        market.state.territories.fill({"potential": np.array(belief)})
        known += market.run().state.record["aware_customers"][-1].sum()
    return known


def test_a_budget_by_potential_is_as_good_as_the_belief_it_follows() -> None:
    right, even, wrong = known_at_the_end([0.85, 0.15]), known_at_the_end([0.5, 0.5]), known_at_the_end([0.15, 0.85])
    assert right > even > wrong, "it wins on a true belief and loses on a false one"


def test_control_where_advertising_does_nothing_belief_is_worth_nothing() -> None:
    assert known_at_the_end([0.85, 0.15], strength=0.0) == known_at_the_end([0.15, 0.85], strength=0.0)


# ---- campaigns --------------------------------------------------------------------------------------------------------


def weeks_of(rule: CampaignCalendar, weeks: int) -> list[int]:
    """Weeks, from 1, in which the calendar spends."""
    views = (replace(make_view("promotion", 1), week=week) for week in range(weeks))
    return [seen.week + 1 for seen in views if rule.answer(seen).spend.any()]


def test_a_calendar_runs_in_its_weeks_and_spends_its_budget() -> None:
    rule = CampaignCalendar(start=3, length=2, interval=5, budget=1_000_000)
    assert weeks_of(rule, 14) == [3, 4, 8, 9, 13, 14]
    seen = replace(make_view("promotion", 1), week=2)
    assert rule.answer(seen).spend.sum() == pytest.approx(500_000, abs=3)
    assert np.ptp(CampaignCalendar(start=3, split="even").answer(seen).spend) == 0
    assert weeks_of(CampaignCalendar(start=1, length=9, interval=4), 12) == list(range(1, 13)), "never ends"


def test_a_calendar_names_offers_and_segments() -> None:
    seen = replace(make_view("promotion", 1), week=0)
    given = CampaignCalendar(start=1, offers=["refill_one"], segments=[2, 4], price_off=0.1).answer(seen)
    np.testing.assert_array_equal(given.offers, np.tile([False, False, True], (3, 1)))
    np.testing.assert_allclose(given.price_off, np.tile([0, 0, 0.1, 0, 0.1], (3, 1)))


def test_a_countermeasure_runs_where_watched_prices_fell() -> None:
    noted = np.array([[0.9, 0.9], [1.0, 1.0], [np.nan, np.nan]])
    seen = replace(
        make_view("promotion", 1),
        rival_price=noted,
        rival_price_usual=np.where(np.isnan(noted), np.nan, 1.0),
        potential=np.ones(3),
    )
    given = CounterCampaign(budget=3_000, trigger=0.05, price_off=0.1).answer(seen)
    np.testing.assert_array_equal(given.spend, [1_000, 0, 0])
    np.testing.assert_allclose(given.price_off[:, 0], [0.1, 0, 0])
    assert not CounterCampaign(trigger=0.2).answer(seen).spend.any()


# ---- needs ------------------------------------------------------------------------------------------------------------


def test_segments_by_needs_find_the_types_that_marks_only_hint_at() -> None:
    seen: TruthSeen = make_view("segmentation", 3)
    chance = np.random.default_rng(3)
    needs = 4.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])[seen.true_type] + 0.3 * chance.normal(size=(240, 2))
    asked = chance.random(240) < 0.5
    customers = replace(seen.customers, needs=np.where(asked[:, None], needs, np.nan))
    given = NeedsSegments(segments=4).answer(replace(seen, customers=customers))
    assert adjusted_rand_score(seen.true_type[asked], given.label[asked]) > 0.95
    rest = customers.known & ~asked
    assert (given.label[rest] > 0).all(), "all with marks are placed"
    label_of = [np.bincount(given.label[asked & (seen.true_type == kind)]).argmax() for kind in range(4)]
    assert (given.label[rest] == np.array(label_of)[seen.true_type[rest]]).mean() > 0.5, "a quarter by chance"
    assert not given.label[~customers.known & ~asked].any()
    noise = replace(customers, needs=np.where(asked[:, None], chance.normal(size=(240, 2)), np.nan))
    control = NeedsSegments(segments=4).answer(replace(seen, customers=noise)).label
    assert adjusted_rand_score(seen.true_type[asked], control[asked]) < 0.1


def test_without_a_survey_there_are_no_segments_by_needs() -> None:
    seen = make_view("segmentation", 3)
    customers = replace(seen.customers, needs=np.full_like(seen.customers.needs, np.nan))
    given = NeedsSegments(segments=4).answer(replace(seen, customers=customers))
    assert not given.label.any()
    assert given.cost > 0


# ---- prospects --------------------------------------------------------------------------------------------------------


def rates(distance: float, customers: int = 4000, seed: int = 1) -> tuple[float, float, int, int]:
    """True- and false-positive rate of the filter, and of how many each; marks of large customers are ``distance`` sd off."""
    seen: TruthSeen = make_view("prospects", seed)
    chance = np.random.default_rng(seed)
    large = chance.random(customers) < 0.5
    marks = (chance.normal(size=(customers, 2)) + distance * large[:, None]).astype(np.float32)
    true = np.where(large, 1_000_000.0, 100_000.0)
    buys = chance.random(customers) < 0.4
    base = replace(
        seen.customers,
        key=np.arange(customers),
        territory=np.zeros(customers, dtype=np.int64),
        known=np.ones(customers, dtype=np.bool_),
        marks=marks,
        value=np.where(buys, true / 2, 0.0),
        potential=np.where(buys, true, np.nan),
        last_order=np.where(buys, 3, -32768),
    )
    given = LogisticFilter(worth=500_000).answer(replace(seen, customers=base))
    assert not given.qualified[buys].any(), "who buys from us is no prospect"
    users, others = ~buys & large, ~buys & ~large
    passed = given.qualified
    return passed[users].mean(), passed[others].mean(), int(users.sum()), int(others.sum())


def test_the_filter_identifies_potential_users_by_marks_that_separate_them() -> None:
    true, false, _, _ = rates(distance=6.0)
    assert true > 0.99
    assert false < 0.01


def test_control_marks_that_say_nothing_give_a_filter_that_says_nothing() -> None:
    for seed in (1, 2, 3):
        true, false, users, others = rates(distance=0.0, seed=seed)
        assert abs(true - false) < 4 * np.sqrt(0.25 / users + 0.25 / others)


def test_the_filter_is_as_good_as_its_marks_allow() -> None:
    """Two normal clouds of equal size, 1.5 sd apart on each of two marks: the best rule is right Φ(1.5·√2/2) of the time."""
    true, false, users, others = rates(distance=1.5)
    best = 0.8556
    assert true == pytest.approx(best, abs=4 * np.sqrt(best * (1 - best) / users) + 0.01)
    assert 1 - false == pytest.approx(best, abs=4 * np.sqrt(best * (1 - best) / others) + 0.01)


def test_a_stricter_filter_lets_fewer_through() -> None:
    seen = make_view("prospects", 2)
    passed = [LogisticFilter(worth=100_000, cutoff=c).answer(seen).qualified for c in (0.0, 0.3, 0.6, 1.0)]
    for loose, strict in pairwise(passed):
        assert (strict <= loose).all()
    assert passed[0].any()


def test_too_few_records_qualify_nobody() -> None:
    seen = make_view("prospects", 2)
    assert not LogisticFilter(least_records=1000).answer(seen).qualified.any()
    assert not LogisticFilter(worth=10**12).answer(seen).qualified.any(), "nobody to learn from"


def test_recorded_rates_are_those_of_the_truth() -> None:
    overrides: dict[str, Any] = {
        "policy.prospects.kind": "logistic",
        "policy.prospects.worth": 300_000,
        "policy.prospects.least_records": 10,
        "policy.prospects.every": 13,
        "policy.studies.kind": "calendar",
        "policy.studies.usage": 1000,
    }
    market = Market("tiny", seed=2, weeks=14, customers=3000, overrides=overrides).run()
    state, record = market.state, market.state.record
    counts = {name: record[name][13].sum() for name in record.measures if name.endswith(("_judged", "_passed"))}
    assert counts["potential_users_passed"] + counts["others_passed"] == state.knowledge.prospect.sum() > 0
    judged = state.knowledge.known & (state.knowledge.last_order < -20_000)
    assert counts["potential_users_judged"] + counts["others_judged"] == judged.sum()
    true = counts["potential_users_passed"] / counts["potential_users_judged"]
    false = counts["others_passed"] / counts["others_judged"]
    users, others = counts["potential_users_judged"], counts["others_judged"]
    error = np.sqrt(true * (1 - true) / users + false * (1 - false) / others)
    assert true - false > 4 * error, "size of the customer shows in the marks"


def test_calls_can_be_kept_for_prospects() -> None:
    seen: TruthSeen = make_view("coverage", 4)
    plain, kept = (SegmentNorms(prospects=p, least_calls=0.3).answer(seen) for p in (0.0, 0.3))
    prospect = seen.customers.prospect
    for territory in range(3):
        here = seen.customers.territory == territory
        total = seen.rep_calls[seen.rep_active & (seen.rep_territory == territory)].sum()
        share = kept.norm[here & prospect].sum() / total
        assert share >= 0.3 - 1e-6 or kept.norm[here & prospect].max() <= SegmentNorms().most_calls
        assert kept.norm[here].sum() <= total + 1e-3
    assert kept.norm[prospect].sum() > plain.norm[prospect].sum()
    assert (kept.rep[kept.norm > 0] >= 0).all()
    nobody = replace(seen, customers=replace(seen.customers, prospect=np.zeros_like(prospect)))
    for left, right in zip(
        vars(SegmentNorms(prospects=0.3).answer(nobody)).values(),
        vars(SegmentNorms().answer(seen)).values(),
        strict=True,
    ):
        np.testing.assert_array_equal(left, right)
