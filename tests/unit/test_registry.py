"""The registry of rules and the list of decisions: names are taken once, numbers keep their meaning."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from sim.market import Market
from sim.questions.effort import Effort, EffortRule
from sim.questions.registry import forget, kind_of, questions, register, rules
from sim.rng import Decision
from sim.views import RepSeen


class FullEffort(EffortRule):
    """Everybody works as hard as possible."""

    kind: Literal["full"] = "full"

    def answer(self, seen: RepSeen) -> Effort:
        return Effort(effort=np.ones(len(seen.motivation)))


class Impostor(EffortRule):
    """Takes the name of a shipped rule."""

    kind: Literal["quadratic_cost"] = "quadratic_cost"

    def answer(self, seen: RepSeen) -> Effort:
        return Effort(effort=np.zeros(len(seen.motivation)))


def test_a_rule_can_be_added_used_and_taken_out() -> None:
    try:
        assert register(FullEffort) is FullEffort
        assert register(FullEffort) is FullEffort  # twice is no harm
        assert rules("effort")["full"] is FullEffort
        market = Market("tiny", seed=1, weeks=2, overrides={"policy.effort.kind": "full"}).run()
        assert market.results.scorecard.set_index("kpi").loc["effort", "value"] == 1.0
    finally:
        forget(FullEffort)
    assert "full" not in rules("effort")
    forget(FullEffort)  # not there any more: nothing happens


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(
        ValueError,
        match=r"the question 'effort' has a rule 'quadratic_cost' already \(sim\.questions\.effort\.quadratic_cost\)",
    ):
        register(Impostor)
    assert rules("effort")["quadratic_cost"] is not Impostor


def test_every_question_has_rules_by_their_own_name() -> None:
    assert len(questions()) >= 18
    for question in questions():
        assert rules(question)
        assert all(kind_of(rule) == kind and rule.question == question for kind, rule in rules(question).items())
    assert rules("weather") == {}


#: Draws are keyed by these numbers: a number that has been used keeps its meaning for ever, or old runs change.
DECISIONS = {
    "AWARENESS": 1,
    "OCCASIONS": 2,
    "OCCASION_CATEGORY": 3,
    "NEED": 4,
    "CHOICE": 5,
    "ORDER_SIZE": 6,
    "ORDER_ROUNDING": 7,
    "PERFORMANCE": 8,
    "FUNNEL": 9,
    "RATIONING": 10,
    "UNSERVED": 11,
    "FAILURE": 12,
    "SECOND_RATIONING": 13,
    "REPAIR": 20,
    "FAILURE_REPORTED": 21,
    "PROJECT_OPENS": 14,
    "PROJECT_LENGTH": 15,
    "PROJECT_DECIDERS": 16,
    "PROJECT_SIZE": 17,
    "PROJECT_CHOICE": 18,
    "TASTE_DRIFT": 32,
    "FIRM_CLOSES": 33,
    "CUSTOMER_TYPE": 50,
    "TERRITORY": 51,
    "HOME_DISTRIBUTOR": 52,
    "MARKS": 53,
    "TASTE": 54,
    "PRICE_SENSITIVITY": 55,
    "PURCHASE_RATE": 56,
    "CUSTOMER_SIZE": 57,
    "OWNED_AT_START": 58,
    "AGE_AT_START": 59,
    "AWARE_AT_START": 60,
    "TIE_REWIRED": 61,
    "TIE_TARGET": 62,
    "TIE_STRONG": 63,
    "TYPE_CHANGE": 64,
    "REP_AT_START": 65,
    "DISTRIBUTOR_AT_START": 66,
    "MANAGER_AT_START": 67,
    "PORTFOLIO_AT_START": 68,
    "CAPABILITY_AT_START": 71,
    "PROJECTS_AT_START": 69,
    "CHURN_PROPENSITY": 73,
    "PAST_PURCHASE": 75,
    "MEASUREMENT": 100,
    "CONTACT_FOUND": 101,
    "STUDY": 102,
    "REPORT": 103,
    "REPORT_LOST": 104,
    "LABEL": 105,
    "TARGET": 106,
    "MEASUREMENT_AT_START": 107,
    "COMMAND": 112,
    "ALIAS": 113,
    "IN_BOOKS": 116,
    "CALL_PLAN": 150,
    "CALL_CHOICE": 151,
    "SELLING_TIME": 152,
    "REP_OUTPUT": 153,
    "OFFER_ARRIVES": 154,
    "OFFER_VALUE": 155,
    "QUIT": 156,
    "HIRE": 157,
    "HIRE_ABILITY": 158,
    "FEEDBACK": 159,
    "CHECK": 160,
    "FORM": 161,
    "ABSENCE": 162,
    "PROJECT_CALLS": 163,
    "SHARE_DATA": 200,
    "ORDER_NOISE": 201,
    "DIVERSION": 202,
    "STUFFING": 203,
    "SHORT_SUPPLY": 204,
    "BRAND_EFFORT": 206,
    "DISTRIBUTOR_CALLS": 207,
    "SUB_SUPPLY": 208,
    "RIVAL_PRICE": 210,
    "RIVAL_CAMPAIGN": 211,
    "RIVAL_ENTRY": 212,
    "POLICY": 250,
    "PAY": 251,
    "HEAD_COUNT": 252,
    "GATEWAY": 253,
    "ADVERTISING": 254,
    "PRICING": 255,
    "RETAIL_PRICE": 256,
    "SHARING_CONTRACT": 257,
    "PRODUCTION": 258,
    "EFFORT": 259,
    "CALL_TIES": 260,
    "POACHED": 164,
    "APPLICANT": 166,
    "OFFER_ACCEPTED": 167,
    "TRAIT_AT_START": 168,
    "RECRUITING": 261,
    "RETENTION": 262,
    "SERVICE": 263,
    "TECHNICAL": 264,
    "STUDY_SAMPLE": 109,
    "RIVALS_WATCHED": 110,
    "POTENTIAL": 111,
    "RIVAL_ADVERTISING": 213,
    "RIVAL_STUDY": 214,
    "RIVAL_WATCH": 215,
    "RIVAL_ESTIMATE": 216,
    "RIVAL_SHARE_SEEN": 217,
    "RIVAL_CALL_KNOWN": 218,
    "RIVAL_CALL_TURN": 219,
    "RIVAL_SALES_SEEN": 220,
    "RIVAL_FORCE": 280,
    "RIVAL_MARGIN": 281,
    "RIVAL_POACHING": 282,
    "PROMOTION": 266,
    "STUDIES": 267,
    "PROSPECTS": 268,
    "PURSUIT": 265,
    "LEDGER": 270,
    "MESSAGE": 286,
    "OFFER_VARIANTS": 287,
    "LEAVING": 269,
}


def test_the_list_of_decisions_only_grows() -> None:
    assert {name: Decision[name].value for name in DECISIONS} == DECISIONS
    assert len({d.value for d in Decision}) == len(Decision.__members__), "two decisions share a number"
    new = {d.name: d.value for d in Decision if d.name not in DECISIONS}
    assert not new, f"add these to DECISIONS in this file: {new}"
