"""What is declared is used: each field of an answer by a phase or an agent, each parameter by the engine or by its rule."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim.params
from sim.market import Market
from sim.params import Params
from sim.params.world import CustomerType
from sim.quantity import Section, param
from sim.questions.pay import PayPlan
from sim.questions.registry import kind_of, questions, rules
from sim.rules import Rule
from sim.rules.answer_fields import Answer, answer_field
from sim.rules.rule import answer_type, question_rule
from sim.views import Floats
from tests.architecture.sources import python_files, tree_of
from tests.laws.eventful import EVENTFUL
from tests.laws.readers import Reads, reads_noted
from tests.market.service_on import SERVICE_ON
from tests.policies.views import make_view

#: Ways of counting that the eventful market does not use, each of which has numbers of its own.
OTHER_WAYS: dict[str, Any] = {
    "params.advertising.kind": "koyck",
    "params.lapse.kind": "beta",
    "params.channel.forecast": "exponential",
    "params.channel.data_to_suppliers": True,
    "params.database.smoothing": "optimal",
    "params.meetings.know_how": [1.0] * 6,
    "policy.routines.structured": 0.5,
    "policy.technical.kind": "integrated",
    "channel_layout.sub_distributors": 1,
    "params.start.fixed_points": True,
    **SERVICE_ON,
}
RULES = [rule for question in questions() for rule in rules(question).values()]
every_question = pytest.mark.parametrize("question", questions())


@pytest.fixture(scope="module")
def reads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reads]:
    """What is read while two eventful markets are built and run."""
    path = tmp_path_factory.mktemp("eventful") / "eventful.toml"
    path.write_text(EVENTFUL, encoding="utf-8")
    with reads_noted() as noted:
        Market(str(path), policy="deep_marketing", customers=400, seed=3).run()
        Market(str(path), policy="deep_marketing", customers=200, seed=3, weeks=6, overrides=OTHER_WAYS).run()
    yield noted


@every_question
def test_each_field_of_an_answer_is_used(reads: Reads, question: str) -> None:
    assert question in reads.asked
    unread = reads.unread_fields(answer_type(next(iter(rules(question).values()))))
    assert unread == [], (
        f"no phase and no agent reads these fields of the answer to `{question}`: what a rule says there does nothing"
    )


@pytest.mark.parametrize("name", Params.model_fields)
def test_each_parameter_of_the_model_is_used(reads: Reads, name: str) -> None:
    section = Params.model_fields[name].annotation
    assert section is not None and issubclass(section, Section)
    assert reads.unread_parameters(section) == [], (
        f"nothing reads these numbers of params.{name}: setting them does nothing"
    )


def test_the_share_of_a_type_that_closes_is_used(reads: Reads) -> None:
    assert "closing" not in reads.unread_parameters(CustomerType)


def test_each_number_frozen_for_kernels_is_used() -> None:
    """What ``freeze`` takes counts as used above; here each of these numbers is named outside of ``sim.params``."""
    params = Path(sim.params.__file__).parent
    named = {
        node.attr
        for path in python_files("sim")
        if params not in path.parents
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
    }
    frozen = {}
    for path in params.glob("*.py"):
        module = import_module(f"sim.params.{path.stem}" if path.stem != "__init__" else "sim.params")
        for kind_name, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, tuple) and kind.__module__ == module.__name__:
                frozen[kind_name] = sorted(set(kind._fields) - named)  # type: ignore[attr-defined]
    assert len(frozen) > 3
    assert {name: unread for name, unread in frozen.items() if unread} == {}


@every_question
def test_each_parameter_of_a_question_is_used_by_the_engine(reads: Reads, question: str) -> None:
    """Such as ``every``, which all rules for the question have."""
    kinds = set(rules(question).values())
    declared = set(question_rule(next(iter(kinds))).model_fields) - {"kind"}
    assert declared <= {name for kind, name in reads.parameters if kind in kinds}


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule.question}.{kind_of(rule)}" for rule in RULES])
def test_each_parameter_of_a_rule_is_used(rule: type[Rule]) -> None:
    with reads_noted() as noted:
        for seed, week in ((1, 0), (2, 8), (3, 12), (4, 51)):
            rule().answer(make_view(rule.question, seed, week))
    of_the_question = set(question_rule(rule).model_fields)
    unread = set(noted.unread_parameters(rule)) - of_the_question
    assert unread == set(), f"`{rule.question}.{kind_of(rule)}` never looks at these parameters"


# ---- controls -----------------------------------------------------------------------------------------------------


class Bonus(PayPlan):
    """A pay plan with a bonus that nobody pays."""

    unpaid_bonus: Floats = answer_field("Paid for each quota met.", unit="minor units", shape=("territories",), low=0)


class Unread(Section):
    """A section of which the engine reads one number."""

    used: float = param(1.0, unit="1", doc="Read by its name.")
    idle: float = param(1.0, unit="1", doc="Read by nobody.")


def in_the_engine(code: str, **given: Any) -> None:
    """Run ``code`` as a module of the model would."""
    exec(code, {"__name__": "sim.phases.pretended", **given})


def test_control_a_bonus_that_nobody_pays_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is answered, checked, copied and replaced, but no phase names it."""
    rule = rules("pay")["salary_commission"]
    honest = rule.answer

    def answer(self: Rule, seen: Any) -> Answer:
        plan = honest(self, seen)
        return Bonus(**vars(plan), unpaid_bonus=np.ones(len(plan.salary)))

    monkeypatch.setattr(rule, "answer", answer)
    monkeypatch.setattr("sim.rules.answers.is_shipped", lambda rule: True)
    with reads_noted() as noted:
        Market("tiny", weeks=2, customers=100).run()
    assert noted.unread_fields(Bonus) == ["unpaid_bonus"]


def test_control_only_use_by_name_in_the_engine_counts() -> None:
    plan = PayPlan(salary=np.ones(2), commission_on_revenue=np.ones(2), commission_on_margin=np.ones(2))
    with reads_noted() as noted:
        section = Unread()
        in_the_engine("section.used", section=section)
        in_the_engine("for name in ('used', 'idle'): getattr(section, name)", section=section)
        assert section.idle == replace(plan).salary[0] == 1.0
    assert noted.unread_parameters(Unread) == ["idle"]
