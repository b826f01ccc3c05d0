"""Rivals' answers in a market: what they pay distributors, the offers they make to our reps, what it costs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.derived.margins import margins
from sim.market import Market
from sim.questions.registry import forget, register
from sim.questions.rival_margin.question import RivalMarginRule, RivalMargins
from sim.questions.rival_poaching.question import RivalOffers, RivalPoachingRule


class Generous(RivalMarginRule):
    """Leave distributors as much more, always."""

    kind: Any = "generous"

    def answer(self, seen: Any) -> RivalMargins:
        return RivalMargins(margin=np.full(len(seen.key), 0.1))


class Greedy(RivalPoachingRule):
    """Court all reps, always."""

    kind: Any = "greedy"

    def answer(self, seen: Any) -> RivalOffers:
        return RivalOffers(offers=np.full(len(seen.key), 2.0))


@pytest.fixture(autouse=True)
def registered() -> Any:
    register(Generous)
    register(Greedy)
    yield
    forget(Generous)
    forget(Greedy)


def run(weeks: int = 20, seed: int = 4, customers: int | None = None, **kinds: str) -> Market:
    overrides = {f"policy.{question}.kind": kind for question, kind in kinds.items()}
    return Market("tiny", seed=seed, weeks=weeks, customers=customers, overrides=overrides).run()


def test_a_margin_stays_with_distributors_moves_effort_and_costs_the_rival() -> None:
    usual, generous = run().state, run(rival_margin="generous").state
    own = usual.boards.offers.own
    rise = margins(generous) - margins(usual)
    np.testing.assert_allclose(rise[:, ~own], 0.1)
    np.testing.assert_allclose(rise[:, own], 0.0, atol=1e-12)
    ours = usual.layout.own_brand
    assert (generous.distributors.effort[:, ours] < usual.distributors.effort[:, ours]).all()
    sold = generous.record["sell_out_value"][:, :, :, ~own].sum(axis=(1, 2, 3))
    np.testing.assert_allclose(generous.record["rival_margin_spend"], 0.1 * sold)
    assert not usual.record["rival_spend"].any()
    np.testing.assert_allclose(generous.record["rival_spend"], generous.record["rival_margin_spend"])


def test_where_effort_moves_nothing_a_margin_is_given_away() -> None:
    deaf = {"params.partners.effort_strength": 0.0, "params.partners.trust_speed": 0.0}
    one, two = (
        Market("tiny", seed=4, overrides={**deaf, "policy.rival_margin.kind": kind}).run()
        for kind in ("usual", "generous")
    )
    for name in ("orders", "sell_in_units", "quits"):
        np.testing.assert_array_equal(one.state.record[name], two.state.record[name])
    assert two.state.record["rival_margin_spend"].sum() > 0


def test_rivals_who_court_our_reps_win_more_of_them_and_pay_for_those() -> None:
    usual, greedy = (
        [run(weeks=26, seed=s, customers=100, **kinds).state.record for s in range(12)]
        for kinds in ({}, {"rival_poaching": "greedy"})
    )
    offers, quits, poached = (
        [sum(record[name].sum() for record in runs) for runs in (usual, greedy)]
        for name in ("offers", "quits", "quits_to_rivals")
    )
    assert offers[1] > 2 * offers[0] and quits[1] > quits[0] and poached[1] > 2 * poached[0]
    spend = sum(record["rival_poaching_spend"].sum() for record in greedy)
    assert spend == pytest.approx(poached[1] * 2.0 / 2.3 * 0.25 * 3_750_000)
    assert not sum(record["rival_poaching_spend"].sum() for record in usual)


def test_answers_that_are_usual_leave_every_market_as_it_is() -> None:
    """The rules that answer nothing, named or not, are one market."""
    one = run()
    two = run(rival_margin="usual", rival_poaching="usual", rival_force="none", rival_campaign="steady")
    np.testing.assert_array_equal(one.state.ledger.book, two.state.ledger.book)
