"""Constant rules: what they say depends on nothing that changes, so that the engine asks them once and not every week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from sim.questions.pay.salary_commission import SalaryCommission
from sim.questions.pricing.list_price import ListPrice
from sim.questions.registry import kind_of, questions, rules
from sim.questions.routines.fixed_hours import FixedHours
from sim.rules import Rule
from sim.rules.rule import answer_type
from sim.rules.shipped import is_shipped
from tests.market.runs import small
from tests.policies.views import make_view

CONSTANT = [rule for question in questions() for rule in rules(question).values() if rule.constant]
every_constant_rule = pytest.mark.parametrize("rule", CONSTANT, ids=[f"{r.question}.{kind_of(r)}" for r in CONSTANT])
#: What a view shows of a market that no week changes.
FIXED = (
    "positions",
    "key",
    "territory",
    "team_territory",
    "rep_key",
    "rep_territory",
    "segments",
    "list_price",
    "wholesale",
)


class Deaf:
    """Luck that no constant rule may ask for."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a constant rule asked for luck.{name}")


@every_constant_rule
def test_they_say_the_same_whatever_they_see(rule: type[Rule]) -> None:
    one, other = make_view(rule.question, 1), make_view(rule.question, 2)
    kept = {f.name: getattr(one, f.name) for f in fields(one) if f.name in FIXED}
    first = rule().answer(one)
    second = rule().answer(replace(other, **kept, week=next_like(rule(), one.week), luck=Deaf()))
    for field in fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))


def next_like(rule: Rule, week: int) -> int:
    """The next week in which ``rule`` finds what it finds in ``week``, as far as it goes by the calendar."""
    return next(later for later in range(week + 1, week + 1000) if rule.occasion(later) == rule.occasion(week))


@pytest.mark.parametrize("week", [0, 3, 7, 12, 25, 51])
def test_routines_are_those_of_weeks_of_the_same_meetings(week: int) -> None:
    rule = FixedHours(morning_hours=0.1, meeting_hours=1.0, monthly_hours=2.0, quarterly_hours=4.0, yearly_hours=8.0)
    seen = make_view("routines", 1)
    now, then, next_week = (
        rule.answer(replace(seen, week=w, luck=Deaf())).meetings for w in (week, next_like(rule, week), week + 1)
    )
    np.testing.assert_array_equal(now, then)
    assert (rule.occasion(week) == rule.occasion(week + 1)) == np.array_equal(now, next_week)


@every_constant_rule
def test_no_answer_of_theirs_has_rows_that_come_and_go(rule: type[Rule]) -> None:
    counted = {d for declared in answer_type(rule).declared() for d in declared.shape}
    assert "customers" not in counted and "accounts" not in counted
    assert is_shipped(rule())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[type[Rule]], list[int]]:
    """Weeks in which a rule of a kind is asked, while it remains ours."""

    def watch(kind: type[Rule]) -> list[int]:
        weeks: list[int] = []
        honest = kind.answer

        def answer(self: Rule, seen: Any) -> Any:
            weeks.append(seen.week)
            return honest(self, seen)

        monkeypatch.setattr("sim.state.rules_in_force.is_shipped", lambda rule: True)
        monkeypatch.setattr("sim.rules.answers.is_shipped", lambda rule: True)
        monkeypatch.setattr(kind, "answer", answer)
        return weeks

    return watch


def test_they_are_asked_once(asked: Callable[[type[Rule]], list[int]]) -> None:
    weeks = asked(SalaryCommission)
    small("status_quo", weeks=8, customers=300).run()
    assert weeks == [0]


def test_a_calendar_is_asked_once_for_each_kind_of_week(asked: Callable[[type[Rule]], list[int]]) -> None:
    weeks = asked(FixedHours)
    small("status_quo", weeks=20, customers=300).run()
    assert weeks == [0, 3, 12]


def test_they_are_asked_again_when_another_rule_holds_somewhere(
    asked: Callable[[type[Rule]], list[int]], tmp_path: Any
) -> None:
    from sim import Market, Scenario

    file = tmp_path / "later.toml"
    file.write_text(
        'extends = "tiny"\nweeks = 8\n[world]\ncustomers = 300\n'
        '[[change]]\nweek = 4\nset = { "policy.pay.commission" = 0.25 }\n',
        encoding="utf-8",
    )
    weeks = asked(SalaryCommission)
    market = Market(Scenario.load(file), seed=1).run()
    assert weeks == [0, 3]
    assert market.state.today.decided.pay.commission_on_revenue[0] == 0.25


def test_they_are_asked_again_when_there_are_more_segments(asked: Callable[[type[Rule]], list[int]]) -> None:
    weeks = asked(ListPrice)
    market = small("status_quo", weeks=8, customers=300)
    for _ in range(3):
        market.run_week()
    market.state.headquarters.segments += 2
    market.run_week()
    assert weeks == [0, 3]


def test_their_answers_cannot_be_written_into() -> None:
    market = small("status_quo", weeks=2, customers=300).run()
    with pytest.raises(ValueError, match="read-only"):
        market.state.today.decided.pay.salary[0] = 1.0


def test_a_rule_that_is_not_shipped_is_asked_every_week_whatever_it_says_of_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weeks: list[int] = []
    honest = SalaryCommission.answer

    def answer(self: SalaryCommission, seen: Any) -> Any:
        weeks.append(seen.week)
        return honest(self, seen)

    monkeypatch.setattr(SalaryCommission, "answer", answer)  # patched, so no longer ours
    small("status_quo", weeks=4, customers=300).run()
    assert sorted(set(weeks)) == [0, 1, 2, 3]
