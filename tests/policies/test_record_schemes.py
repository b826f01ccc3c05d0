"""Segments from records alone: what recency, frequency and money, and lifetime value, say about customers, and what they cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.questions.segmentation.rfm import RfmSegments
from sim.questions.segmentation.value import ValueSegments
from tests.market.runs import small
from tests.policies.views import make_view

SCHEMES = {"rfm": RfmSegments, "value": ValueSegments}


@pytest.mark.parametrize("segments", [2, 4, 13])
@pytest.mark.parametrize("kind", SCHEMES)
def test_labels_run_from_those_without_purchases_to_the_best(kind: str, segments: int) -> None:
    seen = make_view("segmentation", 2)
    customers, answer = seen.customers, SCHEMES[kind](segments=segments).answer(seen)
    without = customers.known & (customers.value == 0)
    assert (answer.label[~customers.known] == 0).all()
    assert (answer.label[without] == 1).all()
    buys = customers.known & (customers.value > 0)
    assert answer.label[buys].min() == 2 and answer.label.max() == segments == answer.count


def test_rfm_scores_every_customer_by_quintiles() -> None:
    """A hundred customers in the same order by all three figures: bands of score 0 to 12 hold whole quintiles."""
    seen = make_view("segmentation", 2)
    n, rank = len(seen.customers.key), np.arange(len(seen.customers.key))
    customers = replace(
        seen.customers,
        known=np.ones(n, dtype=np.bool_),
        value=1.0 + rank,
        orders=1.0 + rank,
        last_order=seen.week - (n - rank),
    )
    label = RfmSegments(segments=6).answer(replace(seen, customers=customers)).label
    assert np.bincount(label)[2:].tolist() == [n // 5] * 5
    assert (np.diff(label) >= 0).all()


def test_control_rfm_takes_all_three_figures_into_account() -> None:
    seen = make_view("segmentation", 2)
    usual = RfmSegments(segments=13).answer(seen).label
    for name in ("value", "orders", "last_order"):
        column = getattr(seen.customers, name)
        bought = seen.customers.value > 0
        turned = np.where(bought, column[bought].max() + column[bought].min() - column, column)
        other = replace(seen.customers, **{name: turned})
        label = RfmSegments(segments=13).answer(replace(seen, customers=other)).label
        assert (label != usual).any(), name


@pytest.mark.parametrize("kind", SCHEMES)
def test_they_are_paid_for_and_act_in_the_market(kind: str) -> None:
    overrides = {"policy.segmentation.kind": kind, "policy.segmentation.every": 4}
    market = small("deep_marketing", weeks=9, overrides=overrides).run()
    studies = market.state.ledger.book[1:10, 0, Account.STUDIES]
    rule = market.scenario.policy["segmentation"]
    records = market.results.measure("records").sum(axis=1)
    assert np.flatnonzero(studies).tolist() == [0, 4, 8]
    assert rule.fee < studies[4] <= rule.fee + rule.fee_per_record * records[4]
    label = market.state.knowledge.label
    assert np.bincount(label, minlength=5)[1:].all() and label.max() == 4
