"""The ABC list: classes of a planted list, calls by class, sizes that marks of buyers teach, a list by size alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.questions.coverage import Coverage
from sim.questions.coverage.abc import AbcList
from sim.solvers.size_estimate import fit_size
from sim.views import FirmSeen
from tests.market.runs import small
from tests.policies.views import make_view

NAN = float("nan")
#: Classes of 80, 15 and 5 % of purchases.
CUTS = [0.8, 0.95]


def planted(value: Any, size: Any = (), calls: float = 1e6, known: Any = True) -> FirmSeen:
    """One territory with one rep and customers with these recorded purchases and one mark of size."""
    seen: FirmSeen = make_view("coverage", 1)
    value = np.asarray(value, dtype=np.float64)
    n = len(value)
    marks = np.full((n, 1), np.nan) if len(size) == 0 else np.asarray(size, dtype=np.float64)[:, None]
    customers = replace(
        seen.customers,
        key=np.arange(n, dtype=np.uint32) * 7 + 3,
        territory=np.zeros(n, dtype=np.int64),
        known=np.broadcast_to(np.asarray(known), n).copy(),
        marks=marks.astype(np.float32),
        value=value.astype(np.float32),
        rep=np.full(n, -1),
        last_order=np.where(value > 0, 1, -32768),
        call_length=np.ones(n),
    )
    return replace(
        seen,
        customers=customers,
        rep_key=np.array([5]),
        rep_territory=np.array([0]),
        rep_active=np.array([True]),
        rep_calls=np.array([calls]),
    )


def yearly(plan: Coverage) -> np.ndarray:
    """Calls a year on each customer, relative to the smallest norm of a customer with a rep."""
    served = plan.rep >= 0
    return np.where(served, plan.norm / plan.norm[served].min(), 0.0)


def test_norms_too_small_to_be_scaled_call_on_nobody() -> None:
    plan = AbcList(by="turnover", calls=[2.225e-309]).answer(planted([3.0, 60.0]))
    assert (plan.rep < 0).all()
    assert not plan.norm.any()


def test_classes_are_cut_at_cumulative_shares_of_purchases() -> None:
    """60 + 20 = 80 % of purchases are class A, the next 15 % class B, the rest and those who buy nothing class C."""
    rule = AbcList(by="turnover", cuts=CUTS, calls=[24.0, 12.0, 4.0])
    plan = rule.answer(planted([3.0, 60.0, 10.0, 2.0, 20.0, 5.0, 0.0]))
    np.testing.assert_allclose(yearly(plan), [1, 6, 3, 1, 6, 3, 1], rtol=1e-6)


def test_calls_go_down_the_list_as_far_as_they_last() -> None:
    """52 calls a year are enough for two of class A and none of class B; what is left over is shared out."""
    value = [10.0, 60.0, 20.0, 10.0]
    seen = planted(value, calls=52 / 52)
    plan = AbcList(by="turnover", cuts=CUTS, calls=[24.0, 12.0, 4.0]).answer(seen)
    np.testing.assert_array_equal(plan.rep >= 0, [False, True, True, False])
    np.testing.assert_allclose(plan.norm.sum(), 1.0, rtol=1e-6)
    more = AbcList(by="turnover", cuts=CUTS, calls=[24.0, 12.0, 4.0]).answer(planted(value, calls=72 / 52))
    np.testing.assert_allclose(more.norm * 52, [12, 24, 24, 12], rtol=1e-6)


def test_a_class_without_calls_is_left_to_the_distributor() -> None:
    plan = AbcList(by="turnover", cuts=CUTS, calls=[24.0, 12.0, 0.0]).answer(planted([60.0, 20.0, 15.0, 5.0, 0.0]))
    np.testing.assert_array_equal(plan.rep >= 0, [True, True, True, False, False])


def test_equals_are_ranked_by_keyed_draws_not_by_place() -> None:
    seen = planted(np.zeros(40), calls=20 / 52)
    chosen = AbcList(cuts=CUTS, calls=[24.0, 12.0, 4.0]).answer(seen).rep >= 0
    assert chosen.sum() == 5
    assert set(np.flatnonzero(chosen)) != set(range(5))
    other = replace(seen, luck=make_view("coverage", 2).luck)
    assert not np.array_equal(chosen, AbcList().answer(other).rep >= 0)


def test_customers_without_a_record_are_not_on_the_list() -> None:
    known = np.array([True, False, True])
    plan = AbcList(by="turnover").answer(planted([1.0, 100.0, 2.0], known=known))
    np.testing.assert_array_equal(plan.rep >= 0, known)


def test_the_size_of_others_is_what_buyers_with_their_marks_buy() -> None:
    """Purchases = e^(1 + 2·mark): with few buyers left over for noise, the fit gives them back."""
    mark = np.linspace(0, 3, 400)
    fit = fit_size(mark[:, None], np.exp(1 + 2 * mark))
    np.testing.assert_allclose(fit.purchases(np.array([[0.5], [2.5]])), np.exp([2.0, 6.0]), rtol=0.02)


def test_smearing_takes_the_mean_of_money_not_of_logarithms() -> None:
    g = np.random.default_rng(1)
    purchases = np.exp(2.0 + g.normal(0, 1.0, 50_000))
    fit = fit_size(g.normal(size=(50_000, 2)), purchases)
    np.testing.assert_allclose(fit.purchases(np.zeros((1, 2))), np.exp(2.5), rtol=0.03)


def test_a_large_stranger_comes_before_small_buyers_and_by_turnover_it_does_not() -> None:
    g = np.random.default_rng(2)
    size = g.uniform(0, 4, 200)
    value = np.exp(size + 0.1 * g.normal(size=200))
    size[0], value[0] = 4.0, 0.0
    seen = planted(value, size, calls=40 * 24 / 52)
    assert AbcList(by="both").answer(seen).rep[0] >= 0
    assert AbcList(by="turnover").answer(seen).rep[0] < 0
    assert AbcList(by="both", size_weight=0.01).answer(seen).rep[0] < 0
    assert AbcList(by="both", least_records=400).answer(seen).rep[0] < 0


def test_a_small_purchase_on_record_does_not_make_a_large_customer_small() -> None:
    """It counts as what it would count as a stranger, but for what one more buyer changes of the fit."""
    g = np.random.default_rng(2)
    size = g.uniform(0, 4, 200)
    worth = []
    for bought in (0.0, 1.0):
        value = np.exp(size)
        size[0], value[0] = 3.5, bought
        worth.append(AbcList()._worth(planted(value, size).customers)[0])
    assert worth[0] == pytest.approx(0.5 * np.exp(3.5), rel=0.1)
    assert worth[1] == pytest.approx(worth[0], rel=0.1)


def test_a_list_by_size_alone_needs_no_purchases_and_cuts_slices_of_customers() -> None:
    size = np.array([1.0, 5.0, 2.0, 4.0, 3.0, NAN])
    rule = AbcList(by="size", cuts=[0.2, 0.4, 0.6, 0.8], calls=[16.0, 8.0, 4.0, 2.0, 1.0])
    plan = rule.answer(planted(np.zeros(6), size))
    np.testing.assert_allclose(yearly(plan), [1, 16, 2, 8, 4, 1], rtol=1e-6)
    few = rule.answer(planted([9.0, 0, 0, 0, 0, 9.0], size, calls=24 / 52))
    np.testing.assert_array_equal(few.rep >= 0, [False, True, False, True, False, False])


def test_in_a_market_the_list_by_size_finds_the_large_firms() -> None:
    """Kinds of customers differ in size: enterprises are 7 % of the market, and most of them get on the list."""
    served = {}
    for policy in ("uninformed", "abc"):
        state = small(policy, weeks=1, customers=12_000).run().state
        kinds = [t.name for t in state.layout.customer_types]
        known = state.knowledge.known & (state.customers.type == kinds.index("enterprise"))
        served[policy] = (state.knowledge.rep[known] >= 0).mean()
    assert served["abc"] > 0.95
    assert served["uninformed"] < 0.8


@pytest.mark.parametrize("by", ["both", "turnover", "size"])
def test_nothing_recorded_and_nothing_to_observe_is_a_list_too(by: Any) -> None:
    seen = planted(np.zeros(30), calls=2.0)
    seen = replace(seen, customers=replace(seen.customers, marks=np.empty((30, 0), dtype=np.float32)))
    plan = AbcList(by=by).answer(seen)
    assert (plan.rep >= 0).any()
    np.testing.assert_allclose(plan.norm.sum(), 2.0, rtol=1e-6)
    nobody = AbcList(by=by).answer(planted(np.zeros(5), known=False))
    assert (nobody.rep < 0).all()


def test_calls_that_take_longer_fill_the_same_time_with_fewer_accounts() -> None:
    rule, seen = (
        AbcList(by="turnover", cuts=CUTS, calls=[10.0, 10.0, 10.0]),
        planted([40.0, 30.0, 20.0, 10.0], calls=20.0 / 52.0),
    )
    long = replace(seen, customers=replace(seen.customers, call_length=np.array([1.0, 2.0, 1.0, 1.0])))
    assert (rule.answer(seen).rep >= 0).tolist() == [True, True, False, False]
    plan = rule.answer(long)
    assert (plan.rep >= 0).tolist() == [True, False, False, False]
    assert plan.norm[0] == pytest.approx(20.0 / 52.0)
