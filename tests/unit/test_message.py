"""Messages: what fits whom, who hears it, what it costs, what it is worth, and that it is gone when it is off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.accounts_chart import Account
from sim.agents.headquarters import Headquarters
from sim.agents.market_department import MarketDepartment
from sim.market import Market
from sim.phases.work import work
from sim.questions.message import Messages
from sim.questions.message.by_segment import MessageBySegment
from sim.questions.message.one_message import OneMessage
from sim.rng import Decision
from sim.solvers.message_fit import fit_of, message_fits, usual_taste
from sim.state import MarketState
from sim.state.customers import NOTHING_STRESSED
from tests.market.runs import fingerprint
from tests.policies.views import make_view
from tests.unit.part_weeks import until, writes

SURVEY = {
    "policy.studies.kind": "calendar",
    "policy.studies.usage": 0,
    "policy.studies.needs": 300,
    "policy.studies.interval": 500,
    "policy.segmentation.kind": "needs",
    "policy.segmentation.segments": 2,
    "policy.segmentation.every": 7,
}
ON = {**SURVEY, "params.pitch.strength": 0.5, "policy.message.kind": "by_segment"}


def tiny(weeks: int = 16, **overrides: Any) -> Market:
    return Market("tiny", seed=3, weeks=weeks, customers=1500, overrides=overrides)


# ---- fit --------------------------------------------------------------------------------------------------------------


def test_a_message_drawn_at_random_fits_nobody_on_average() -> None:
    taste = np.random.default_rng(1).normal(1.0, 0.5, (200, 3))
    fits = message_fits(taste, np.array([0.9, 1.3, 0.2]))
    np.testing.assert_allclose(fits.mean(axis=1), 0.0, atol=1e-12)


def test_one_message_fits_a_market_as_a_whole_not_at_all() -> None:
    types, heads = np.array([[1.0, 0.2, 0.5], [0.1, 0.9, 0.5]]), np.array([30, 70])
    taste = np.repeat(types, heads, axis=0)
    np.testing.assert_allclose(message_fits(taste, usual_taste(types, heads)).mean(axis=0), 0.0, atol=1e-12)


def test_who_got_no_message_is_moved_by_none_and_one_attribute_leaves_nothing_to_choose() -> None:
    taste, usual = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]), np.array([0.5, 0.5])
    np.testing.assert_allclose(fit_of(np.array([0, 0, -1]), taste, usual), [0.5, -0.5, 0.0])
    np.testing.assert_array_equal(message_fits(taste[:, :1], usual[:1]), 0.0)
    assert message_fits(np.empty((3, 0)), np.empty(0)).shape == (3, 0)


# ---- rules ------------------------------------------------------------------------------------------------------------


def test_rules_say_what_those_they_know_have_stated() -> None:
    seen = make_view("message", 3)
    customers = seen.customers
    needs = np.full((len(customers.key), 2), np.nan)
    asked = customers.label > 0
    needs[asked] = np.where(customers.label[asked, None] <= 2, [1.0, 0.0], [0.0, 1.0])
    served = np.where(customers.label == 4, 0, -1)
    seen = replace(seen, customers=replace(customers, needs=needs, rep=served))
    by_segment = MessageBySegment().answer(seen)
    assert by_segment.attribute.tolist() == [1, 0, 0, 1, 1]  # without a segment: what the served value
    assert (by_segment.fit > 0).all()
    assert OneMessage().answer(seen).attribute.tolist() == [1] * 5


@pytest.mark.parametrize("rule", [OneMessage(), MessageBySegment()])
def test_without_a_survey_nobody_knows_what_to_say(rule: OneMessage | MessageBySegment) -> None:
    seen = make_view("message", 3)
    blank = np.empty((len(seen.customers.key), 0))
    said = rule.answer(replace(seen, customers=replace(seen.customers, needs=blank)))
    assert (said.attribute == -1).all()
    assert not said.fit.any()


def test_a_segment_in_which_few_were_asked_hears_what_all_hear() -> None:
    seen = make_view("message", 3)
    assert len(set(MessageBySegment(least_asked=10_000).answer(seen).attribute)) == 1


# ---- in the market ----------------------------------------------------------------------------------------------------


def test_off_means_gone() -> None:
    """Without strength, or without a message, nobody is moved and nothing is paid."""
    plain = tiny(**SURVEY).run()
    assert plain.state.customers.pitch.shape[1] == 0
    silent = tiny(**SURVEY, **{"params.pitch.strength": 5.0}).run()
    assert (silent.state.customers.pitch == NOTHING_STRESSED).all()
    np.testing.assert_array_equal(silent.state.ledger.book, plain.state.ledger.book)
    free = tiny(**SURVEY, **{"policy.message.kind": "by_segment", "params.pitch.material": 0}).run()
    assert fingerprint(free) == fingerprint(plain)
    assert fingerprint(tiny(**ON).run()) != fingerprint(plain)


def test_only_accounts_that_were_called_on_are_moved() -> None:
    """Without an effect of skill, so that messages alone persuade."""
    market = tiny(weeks=20, **ON, **{"params.calls.skill_spread": 0.0})
    for _ in range(14):
        market.step()
    state = until("demand", market)
    moved = state.customers.persuasion != 0
    heard = state.customers.pitch[:, 0] >= 0
    assert moved.any()
    assert (heard & (state.knowledge.rep >= 0))[moved].all()
    fit = fit_of(state.customers.pitch[:, 0], state.customers.taste, state.numbers.usual_taste)
    assert (np.sign(fit[moved]) == np.sign(state.customers.persuasion[moved])).all()
    assert (state.customers.persuasion[moved] < 0).any()  # what does not fit puts off


def test_what_was_stressed_stays_in_mind_until_the_next_call() -> None:
    market = tiny(weeks=20, **ON)
    for _ in range(14):
        market.step()
    before = market.state.customers.pitch[:, 0].copy()
    state = until("work", market)
    state.headquarters.messages = np.zeros_like(state.headquarters.messages)
    with state.lend(writes("work")):
        work(state)
    called = state.diary.visits > 0
    assert (state.customers.pitch[called, 0] == 0).all()
    np.testing.assert_array_equal(state.customers.pitch[~called, 0], before[~called])


def test_each_message_is_paid_for() -> None:
    weeks, material = 16, 5_200_000
    one = {**SURVEY, "params.pitch.strength": 0.5, "params.pitch.material": material, "params.costs.variety": 0}
    for kind in ("one_message", "by_segment"):
        market = tiny(weeks=weeks, **one, **{"policy.message.kind": kind})
        paid = []
        for _ in range(weeks):
            market.step()
            messages = market.state.headquarters.messages
            paid.append(len(set(messages[messages >= 0])) * material // 52)
        booked = market.state.ledger.book[1:, 0, Account.VARIETY]
        np.testing.assert_array_equal(booked, paid)
        assert max(paid) == (2 if kind == "by_segment" else 1) * material // 52


def swapped(state: MarketState) -> Messages | None:
    """What the rule in force says, with the two messages exchanged."""
    said = DECIDE(state)
    return said and replace(said, attribute=np.where(said.attribute >= 0, 1 - said.attribute, said.attribute))


DECIDE = MarketDepartment.decide_messages


def test_messages_that_fit_sell_and_swapped_ones_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same market: what fits the segment, nothing, and the opposite of what fits."""
    strong = {**ON, "params.pitch.strength": 4.0, "customer_type.workshop.taste": [1.6, 0.0]}
    strong |= {"customer_type.plant.taste": [0.0, 1.6], "params.studies.needs_error": 0.05}
    right = tiny(weeks=40, **strong).run()
    none = tiny(weeks=40, **{**strong, "policy.message.kind": "none"}).run()
    monkeypatch.setattr(MarketDepartment, "decide_messages", staticmethod(swapped))
    wrong = tiny(weeks=40, **strong).run()
    sold = [market.results.measure("key_account_value").sum() for market in (right, none, wrong)]
    assert sold[0] > sold[1] > sold[2]
    fit = [market.results.scorecard.set_index("kpi")["value"]["message_fit"] for market in (right, wrong)]
    assert fit[0] > 0 > fit[1]


def test_variety_makes_too_many_segments_lose() -> None:
    """With tastes of two kinds, a dozen segments say no more than two do and cost their upkeep."""
    contribution = {}
    for segments in (2, 12):
        overrides = {**ON, "policy.segmentation.segments": segments, "params.costs.variety": 4_000_000}
        card = tiny(weeks=40, **overrides).run().results.scorecard.set_index("kpi")["value"]
        contribution[segments] = card["contribution"]
    assert contribution[12] < contribution[2]


def test_rules_choose_by_belief_alone() -> None:
    """Other true tastes behind the same survey: the same messages."""
    market = tiny(**ON)
    for _ in range(10):
        market.step()
    state = market.state
    said = MessageBySegment().answer(Headquarters.see(state, Decision.MESSAGE))
    with state.lend(("customers.taste", "customers.type")):
        state.customers.taste[:] = state.customers.taste[:, ::-1].copy()
        state.customers.type[:] = 0
    again = MessageBySegment().answer(Headquarters.see(state, Decision.MESSAGE))
    np.testing.assert_array_equal(said.attribute, again.attribute)
    np.testing.assert_array_equal(said.fit, again.fit)
