"""Customers change: tastes move and widen, customers become others, labels go stale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from sim.customer_draws import tastes_of_types
from sim.market import Market
from sim.params.tastes import Tastes
from sim.phases.tastes import change_tastes
from sim.state import MarketState
from tests.unit.part_weeks import writes


def state_of(customers: int = 20_000, scenario: str = "regional_plain", **overrides: Any) -> MarketState:
    given = {f"params.tastes.{name}": value for name, value in overrides.items()}
    return Market(scenario, seed=2, customers=customers, overrides=given).state


def pass_weeks(state: MarketState, weeks: int) -> MarketState:
    """Nothing but time: the phase alone, week by week from where the state stands."""
    for week in range(state.week + 1, state.week + weeks + 1):
        state.week = week
        with state.lend(writes("tastes")):
            change_tastes(state)
    return state


def own_tastes(state: MarketState) -> np.ndarray:
    """Individual tastes: what differs from the mean of the type [N, A]."""
    own: np.ndarray = state.customers.taste - tastes_of_types(state.layout)[state.customers.type]
    return own


def test_nothing_changes_by_default() -> None:
    state = state_of(1000)
    before = state.customers.taste.copy(), state.customers.type.copy(), state.numbers
    pass_weeks(state, 104)
    np.testing.assert_array_equal(state.customers.taste, before[0])
    np.testing.assert_array_equal(state.customers.type, before[1])
    assert state.numbers is before[2]


@pytest.mark.parametrize("every", [1, 4, 13])
def test_tastes_renew_as_much_a_year_in_whatever_steps_and_keep_their_spread(every: int) -> None:
    state = state_of(renewal=0.4, every=every)
    before = own_tastes(state)
    after = own_tastes(pass_weeks(state, 52))
    assert np.corrcoef(before[:, 0], after[:, 0])[0, 1] == pytest.approx(np.sqrt(0.6), abs=0.015)
    np.testing.assert_allclose(after.std(axis=0), before.std(axis=0), rtol=0.03)
    assert abs(np.corrcoef(after.T)[0, 1]) < 0.03  # attributes move apart from one another


def test_tastes_widen_by_the_factor_of_the_year() -> None:
    state = state_of(widening=0.5)
    before = own_tastes(state)
    np.testing.assert_allclose(own_tastes(pass_weeks(state, 104)), before * 1.5**2, rtol=1e-4, atol=1e-5)
    assert state.taste_width == pytest.approx(1.5**2)


def test_new_tastes_are_as_wide_as_old_ones_have_become() -> None:
    state = state_of(widening=0.5, renewal=0.9)
    before = own_tastes(state).std()
    assert own_tastes(pass_weeks(state, 104)).std() == pytest.approx(before * 1.5**2, rel=0.03)


def test_types_change_at_their_rate_and_keep_their_shares() -> None:
    state = state_of(type_change=0.3)
    before, heads, shares = state.customers.type.copy(), state.numbers.customers.sum(), None
    pass_weeks(state, 52)
    shares = np.array([t.share for t in state.layout.customer_types])
    changed = (state.customers.type != before).mean()
    # At least once drawn again with chance .3; of these the same type comes up by its share.
    assert changed == pytest.approx(0.3 * (1 - (shares**2).sum()), abs=0.02)
    now = np.bincount(state.customers.type) / len(state.customers)
    np.testing.assert_allclose(now, shares, atol=0.012)
    assert state.numbers.customers.sum() == heads
    counted = np.bincount(state.customers.type[state.customers.territory == 0], minlength=4)
    np.testing.assert_array_equal(state.numbers.customers[0], counted)


def test_who_becomes_another_customer_has_its_marks_needs_and_projects() -> None:
    state = state_of(type_change=0.9)
    openings = state.opportunities.openings
    assert openings is not None
    pass_weeks(state, 52)
    types, customers, layout = state.customers.type, state.customers, state.layout
    for k, kind in enumerate(layout.customer_types):
        rows = types == k
        np.testing.assert_allclose(customers.marks[rows].mean(axis=0), kind.marks, atol=0.05)
        np.testing.assert_allclose(customers.taste[rows].mean(axis=0), kind.taste, atol=0.04)
        assert customers.purchase_rate[rows].mean() == pytest.approx(kind.purchase_rate, rel=0.1)
    openings = state.opportunities.openings
    assert openings is not None
    rate = np.zeros(len(types))
    rate[openings.row] = openings.rate
    line = np.array([kind.project_rate.get("line", 0.0) for kind in layout.customer_types]) / 52
    np.testing.assert_allclose(rate, line[types], rtol=1e-6)
    assert (customers.order_size >= 1.0).all()


def test_what_changes_is_keyed_by_customer() -> None:
    """Fewer customers in the market: those who are left change as they did."""
    many, few = (
        state_of(2000, "tiny", renewal=0.5, type_change=0.3),
        state_of(500, "tiny", renewal=0.5, type_change=0.3),
    )
    pass_weeks(many, 39)
    pass_weeks(few, 39)
    np.testing.assert_array_equal(many.customers.taste[:500], few.customers.taste)
    np.testing.assert_array_equal(many.customers.type[:500], few.customers.type)


def test_steps_are_converted_from_years() -> None:
    numbers = Tastes(renewal=0.36, widening=0.21, type_change=0.1, every=26)
    assert numbers.kept**4 == pytest.approx(0.64)
    assert numbers.wider**2 == pytest.approx(1.21)
    assert (1 - numbers.drawn_again) ** 2 == pytest.approx(0.9)


@pytest.mark.parametrize("type_change", [0.0, 0.4])
def test_labels_go_stale(type_change: float) -> None:
    """True types against labels a year old: the adjusted Rand index stays without changes and falls with them."""
    overrides = {
        "params.tastes.type_change": type_change,
        "policy.segmentation.kind": "oracle",
        "policy.segmentation.every": 500,
    }
    market = Market("tiny", seed=5, weeks=54, customers=1500, overrides=overrides)
    market.step()
    label, types = market.state.knowledge.label.copy(), market.state.customers.type
    assert adjusted_rand_score(label, types) == 1.0
    market.run()
    now = adjusted_rand_score(market.state.knowledge.label, market.state.customers.type)
    assert (now == 1.0) if type_change == 0.0 else (0.3 < now < 0.8)


def test_a_refresh_finds_what_has_changed() -> None:
    """Labels by measured marks: refreshed every quarter against never again, by what they say of true types."""
    found = {}
    for every in (13, 500):
        overrides = {
            "params.tastes.type_change": 0.5,
            "policy.segmentation.kind": "kmeans",
            "policy.segmentation.segments": 2,
            "policy.segmentation.every": every,
            "policy.studies.kind": "calendar",
            "policy.studies.usage": 600,
            "policy.studies.interval": 13,
        }
        state = Market("tiny", seed=5, weeks=60, customers=1500, overrides=overrides).run().state
        known = state.knowledge.label > 0
        found[every] = adjusted_rand_score(state.knowledge.label[known], state.customers.type[known])
    assert found[13] > 1.5 * found[500]
