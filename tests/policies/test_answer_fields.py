"""Answers are held against their declarations: shape, kind of numbers, bounds; and each message names rule, field and value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.questions.registry import questions, rules
from sim.rules import Variant, ask
from sim.rules.answer_fields import Answer, Fixed, answer_field, bounds_fault, cut_to_bounds, form_fault
from sim.rules.answers import answer_of, checked, merge, spread
from sim.rules.rule import question_rule
from sim.views import Bools, Floats, Ints
from tests.policies.views import TERRITORIES, make_view

SIZES = {"rows": 3, "others": 2}


class Sample(Answer):
    """One field of each kind."""

    share: Floats = answer_field("A share.", unit="share", shape=("rows",), low=0, below=1, without=0.0)
    price: Floats = answer_field("A price.", unit="minor units", shape=("rows", "others"), above=0, without=1.0)
    count: Ints = answer_field("A number.", unit="pieces", shape=("rows", Fixed("parts", 2)), low=1, without=1)
    choice: Ints = answer_field("A choice.", unit="number", shape=("rows",), names=("red", "blue"), without=0)
    other: Ints = answer_field("A row.", unit="row", shape=("rows",), row_of="others", without=-1)
    flag: Bools = answer_field("A flag.", unit="flag", shape=("rows",), without=False)
    effort: Floats = answer_field("An effort.", unit="1", shape=("rows",), low=0, high=1, cut=True, without=0.0)
    cost: int = answer_field("A cost.", unit="minor units", low=0, together=operator.add)


def sample(**given: Any) -> Sample:
    sound: dict[str, Any] = {
        "share": np.array([0.0, 0.5, 0.999]),
        "price": np.full((3, 2), 1e-9),
        "count": np.ones((3, 2), dtype=np.int16),
        "choice": np.array([0, 1, 1]),
        "other": np.array([-1, 0, 1]),
        "flag": np.array([True, False, True]),
        "effort": np.array([0.0, 0.5, 1.0], dtype=np.float32),
        "cost": 3,
    }
    return Sample(**{**sound, **given})


def fault(answer: Sample) -> str:
    found = form_fault(answer, SIZES.__getitem__) or bounds_fault(answer, SIZES.__getitem__)
    return "" if found is None else f"{found.found} in {found.row}; {found.expected}"


def test_a_sound_answer_has_no_fault() -> None:
    assert fault(sample()) == ""
    assert cut_to_bounds(sound := sample()) is sound
    assert fault(sample(count=np.ones((3, 2)))) == "", "whole numbers may be held as floats"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"share": np.ones(2)}, "2 values of share in None; 3, by rows"),
        ({"share": [0.1, 0.2, 0.3]}, "share of type list in None; an array of shape (3,)"),
        ({"share": 0.5}, "share of type float in None; an array of shape (3,)"),
        ({"share": np.array(0.5)}, "no values of share in None; 3, by rows"),
        ({"share": np.array(["a", "b", "c"])}, "share of type <U1 in None; numbers"),
        ({"count": np.ones((2, 3))}, "2 × 3 values of count in None; 3 × 2, by rows × parts"),
        ({"flag": np.array([0, 1, 1])}, "flag of type int64 in None; true or false"),
        ({"other": np.array([0.0, 1.0, 0.0])}, "other of type float64 in None; whole numbers"),
        ({"cost": np.zeros(3)}, "cost of type ndarray in None; one number"),
        ({"cost": True}, "cost of type bool in None; one number"),
        ({"share": np.array([-0.5, 0.0, -2.0])}, "share -2 in 2; from 0 to below 1 share"),
        ({"share": np.array([0.0, 1.0, 0.0])}, "share 1 in 1; from 0 to below 1 share"),
        ({"share": np.array([0.0, np.nan, 0.0])}, "NaN or infinity in share in 1; finite numbers"),
        ({"price": np.array([[1, 1], [0, 1], [1, 1.0]])}, "price 0 in 1; above 0 minor units"),
        ({"price": np.full((3, 2), np.inf)}, "NaN or infinity in price in 0; finite numbers"),
        ({"count": np.full((3, 2), 1.5)}, "count 1.5 in 0; whole numbers"),
        ({"count": np.array([[1, 1], [1, 1], [1, 0]])}, "count 0 in 2; at least 1 pieces"),
        ({"choice": np.array([0, 2, 0])}, "choice 2 in 1; 0 red, 1 blue"),
        ({"other": np.array([0, -2, 0])}, "other -2 in 1; a row of others from 0, or −1"),
        ({"other": np.array([0, 0, 2])}, "other 2 in 2; a row of others from 0, or −1"),
        ({"effort": np.array([0, np.nan, 2])}, "NaN or infinity in effort in 1; finite numbers"),
        ({"cost": -1}, "cost -1 in None; at least 0 minor units"),
    ],
)
def test_each_fault_is_found_and_said(given: dict[str, Any], expected: str) -> None:
    assert fault(sample(**given)) == expected


def test_only_fields_declared_so_are_cut() -> None:
    answer = sample(effort=np.array([-1.0, 0.5, 3.0]))
    assert fault(answer) == ""
    np.testing.assert_array_equal(cut_to_bounds(answer).effort, [0.0, 0.5, 1.0])


def test_answers_of_two_rules_are_merged_and_spread_as_declared() -> None:
    one, other = sample(), sample(choice=np.array([1, 0, 0]), cost=4)
    both = merge(one, other, np.array([True, False, False]))
    assert both.choice.tolist() == [1, 1, 1] and both.cost == 7
    wide = spread(replace(one), np.array([4, 1, 2]), 5)
    assert wide.other.tolist() == [-1, 0, 1, -1, -1] and wide.effort.tolist() == [0, 0.5, 1, 0, 0]


@pytest.mark.parametrize("question", questions())
def test_the_engine_refuses_what_the_question_does_not_declare(question: str) -> None:
    """Each field of each question, one row too many and one value out of its bounds."""
    rule, view = next(iter(rules(question).values()))(), make_view(question, 4)
    answer = rule.answer(view)
    tried = 0
    for declared in answer.declared():
        value = np.asarray(getattr(answer, declared.name))
        if value.ndim:
            longer = replace(answer, **{declared.name: np.concatenate([value, value[:1]])})
            assert form_fault(longer, view.size) is not None, declared.name
        if not declared.flag and not declared.cut:
            outside = np.full(value.shape, np.nan) if declared.low < -1e300 else np.full(value.shape, declared.low - 1)
            wrong = replace(answer, **{declared.name: outside if value.ndim else outside.item()})
            with pytest.raises(
                InputError, match=rf"policy\.{question}: the rule `{rule.kind}` answered with .*{declared.name}"
            ):
                checked(wrong, [Variant(rule)], view)
            tried += 1
    assert tried or all(declared.flag or declared.cut for declared in answer.declared())


def patched(change: Callable[[Floats], Floats]) -> Any:
    class Patched(rules("pay")["salary_commission"]):  # type: ignore[misc]
        def answer(self, seen: Any) -> Any:
            plan = super().answer(seen)
            return replace(plan, salary=change(plan.salary))

    return Patched(commission=0.01)


def test_the_rule_that_holds_where_the_fault_is_is_named() -> None:
    """A rule may say what it likes where it does not hold, but for the form of its answer."""
    view, territory = make_view("pay", 1), np.arange(TERRITORIES)
    sound, wrong = rules("pay")["salary_commission"](), patched(lambda salary: -salary - np.arange(TERRITORIES))
    with pytest.raises(
        InputError, match=rf"answered with salary -\S+ in row {TERRITORIES - 1}; expected at least 0 minor"
    ):
        ask([Variant(wrong)], view, territory)
    first_only = patched(lambda salary: np.where(territory == 0, salary, -1.0))
    kept = ask([Variant(sound), Variant(first_only, frozenset({0}))], view, territory)
    assert (kept.salary >= 0).all()
    with pytest.raises(InputError, match="in row 1"):
        ask([Variant(sound), Variant(first_only, frozenset({1}))], view, territory)
    with pytest.raises(InputError, match="1 values of salary; expected 3, by territories"):
        answer_of(patched(lambda salary: salary[:1]), view)


def test_each_question_is_answered_by_an_agent() -> None:
    """The actor that a question names has a class of its own, which holds what it sees and decides."""
    agents = Path(__file__).parents[2] / "sim" / "agents"
    for question in questions():
        actor = question_rule(next(iter(rules(question).values()))).actor
        code = (agents / f"{actor.replace(' ', '_')}.py").read_text(encoding="utf-8")
        assert f'"{question}"' in code, f"{actor} does not ask `{question}`"
