"""One suite over every registered rule: deterministic, within bounds, blind to the order of rows, parameters round-trip."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from sim.questions.registry import kind_of, questions, rules
from sim.rules import Rule, Variant, ask
from sim.rules.answer_fields import bounds_fault, cut_to_bounds, form_fault
from sim.rules.rule import answer_type, question_rule, when_asked
from tests.policies.views import REPS, TERRITORIES, VIEW_OF, make_view, permute_customers

RULES = [rule for question in questions() for rule in rules(question).values()]
IDS = [f"{rule.question}.{kind_of(rule)}" for rule in RULES]
every_rule = pytest.mark.parametrize("rule", RULES, ids=IDS)


def arrays_of(answer: Any) -> dict[str, np.ndarray]:
    return {f.name: np.asarray(getattr(answer, f.name)) for f in fields(answer)}


def test_every_question_declares_what_its_rules_answer() -> None:
    """Who answers it and when, the ordinary rule, and of each field what it means, its unit, its shape."""
    for question in questions():
        rule = question_rule(next(iter(rules(question).values())))
        assert rule.actor and when_asked(rule) and rule.ordinary in rules(question), question
        asked = answer_type(rule)
        assert {declared.name for declared in asked.declared()} == {f.name for f in fields(asked)}
        for declared in asked.declared():
            assert declared.doc.endswith(".") and declared.unit and declared.bounds_text(), (question, declared.name)
            assert ("customers" in declared.shape) == (declared.without is not None), (question, declared.name)
            assert bool(declared.shape) == (declared.together is None), (question, declared.name)


@every_rule
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_answers_are_deterministic_and_as_declared(rule: type[Rule], seed: int) -> None:
    """Shapes, kinds of numbers and bounds come from the question; a rule keeps to those that the engine would cut, too."""
    view = make_view(rule.question, seed)
    first, second = (rule().answer(view) for _ in range(2))
    for name, values in arrays_of(first).items():
        np.testing.assert_array_equal(values, arrays_of(second)[name])
    assert type(first) is answer_type(rule)
    assert form_fault(first, view.size) is None
    assert bounds_fault(first, view.size) is None
    assert list(first.faults({})) == []
    assert cut_to_bounds(first) is first


def check_untouched(rule: Rule, view: Any) -> None:
    """Let ``rule`` answer; numpy raises for most writes into read-only arrays, ``np.add.at`` and its like leave a trace."""
    shown = {
        (type(owner).__name__, name): value
        for owner in (view, getattr(view, "customers", None))
        for name in getattr(owner, "__dataclass_fields__", ())
        if isinstance(value := getattr(owner, name), np.ndarray)
    }
    before = {place: value.copy() for place, value in shown.items()}
    for value in shown.values():
        value.flags.writeable = False
    assert arrays_of(rule.answer(view))
    for place, value in shown.items():
        np.testing.assert_array_equal(value, before[place], err_msg=str(place))


@every_rule
def test_rules_do_not_write_into_what_they_see(rule: type[Rule]) -> None:
    check_untouched(rule(), make_view(rule.question, 5))


def test_a_rule_that_scatters_into_what_it_sees_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = rules("pay")["salary_commission"]
    honest = rule.answer

    def answer(self: Rule, seen: Any) -> Any:
        np.add.at(seen.customers.value, [0], np.float32(1))
        return honest(self, seen)

    monkeypatch.setattr(rule, "answer", answer)
    with pytest.raises(AssertionError, match="value"):
        check_untouched(rule(), make_view("pay", 5))


@every_rule
def test_parameters_round_trip(rule: type[Rule]) -> None:
    made = rule()
    assert rule.model_validate(made.model_dump()) == made
    assert made.kind == kind_of(rule)
    assert all(declaration.doc and declaration.unit is not None for _, declaration in rule.declarations())
    undeclared = set(rule.model_fields) - {"kind"} - {name for name, _ in rule.declarations()}
    assert not undeclared, "every parameter is declared by param()"


@every_rule
def test_relabelling_customers_permutes_the_answer(rule: type[Rule]) -> None:
    if VIEW_OF[rule.question] != "FirmSeen":
        pytest.skip("the view has no customers")
    view = make_view(rule.question, 7)
    order = np.random.default_rng(7).permutation(len(view.customers.key))
    straight, shuffled = arrays_of(rule().answer(view)), arrays_of(rule().answer(permute_customers(view, order)))
    for name, values in straight.items():
        per_customer = values.ndim > 0 and len(values) == len(order)
        np.testing.assert_allclose(shuffled[name], values[order] if per_customer else values, rtol=1e-12)


@every_rule
def test_a_change_in_some_territories_keeps_the_rest(rule: type[Rule]) -> None:
    """A rule set against itself in one territory gives the same answer; a scoped question accepts the change at all."""
    view = make_view(rule.question, 9)
    territory = {
        "FirmSeen": np.arange(TERRITORIES),
        "ServiceSeen": np.arange(TERRITORIES),
        "TechnicalSeen": np.arange(TERRITORIES),
        "ManagerSeen": getattr(view, "team_territory", None),
        "DistributorSeen": getattr(view, "territory", None),
        "PartnersSeen": getattr(view, "territory", None),
        "QuitSeen": np.arange(REPS) % TERRITORIES,
        "RetentionSeen": getattr(view, "territory", None),
    }.get(VIEW_OF[rule.question])
    if rule.question in ("coverage", "segmentation", "prospects"):
        territory = view.customers.territory
    variants = [Variant(rule()), Variant(rule(), frozenset({1}))]
    if not rule.scoped:
        with pytest.raises(ValueError, match="whole firm"):
            ask(variants, view, None)
        return
    alone, changed = arrays_of(ask(variants[:1], view, territory)), arrays_of(ask(variants, view, territory))
    for name, values in alone.items():
        if values.ndim:  # numbers of the whole firm are put together: two schemes are both paid for
            np.testing.assert_array_equal(values, changed[name])
