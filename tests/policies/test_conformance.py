"""One suite over every registered rule: deterministic, within bounds, blind to the order of rows, parameters round-trip."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from sim.questions.registry import kind_of, questions, rules
from sim.rules import Rule, Variant, ask
from tests.policies.views import REPS, TERRITORIES, VIEW_OF, make_view, permute_customers

RULES = [rule for question in questions() for rule in rules(question).values()]
IDS = [f"{rule.question}.{kind_of(rule)}" for rule in RULES]
every_rule = pytest.mark.parametrize("rule", RULES, ids=IDS)

#: Bounds that hold for every answer to a question, by field; None is unbounded.
BOUNDS: dict[str, dict[str, tuple[float | None, float | None]]] = {
    "segmentation": {"label": (0, None)},
    "coverage": {"rep": (-1, None), "norm": (0, None)},
    "calls": {"share": (0, 1)},
    "effort": {"effort": (0, 1)},
    "pay": {"salary": (0, None), "commission_on_revenue": (0, 1), "commission_on_margin": (0, 1)},
    "routines": dict.fromkeys(
        (
            *("meetings", "form_hours", "form_checking", "visit_hours", "review_hours", "training_hours"),
            *("on_the_job_hours", "induction_hours", "structured", "checks", "goal"),
        ),
        (0, 168),
    ),
    "gateway": {
        "offices": (1, None),
        "delay": (0, None),
        "loss": (0, 1),
        "noise": (0, None),
        "cost": (0, None),
        "command_delay": (0, None),
    },
    "advertising": {"spend": (0, None)},
    "pricing": {"discount": (0, 1)},
    "head_count": {"positions": (0, None)},
    "sharing_contract": {"payment": (0, None)},
    "share_data": {"shares": (0, 1)},
    "ordering": {"quantity": (0, None)},
    "retail_price": {"price": (0, None)},
    "rival_price": {"price": (0, None)},
    "production": {"quantity": (0, None)},
    "brand_effort": {"share": (0, 1)},
    "distributor_calls": {"hours": (0, None)},
    "quit": {"probability": (0, 1)},
    "retention": {"stay_bonus": (0, None)},
    "recruiting": {"channel": (0, 2), "interview": (0, 3), "care": (0, None), "maturity_weight": (0, None)},
    "service": {"engineers": (0, 1000)},
    "technical": {
        "report_share": (0, 1),
        "delay": (0, None),
        "analysis_hours": (0, None),
        "training_hours": (0, 168),
        "cost": (0, None),
    },
    "prospects": {"cost": (0, None)},
    "promotion": {"spend": (0, None), "information": (0, 1), "price_off": (0, 1)},
    "studies": {"sample": (0, None)},
    "rival_campaign": {"advertising": (0, None), "campaign": (0, None)},
    "pursuit": {"priority": (0, None), "share": (0, 1)},
}


def arrays_of(answer: Any) -> dict[str, np.ndarray]:
    return {f.name: np.asarray(getattr(answer, f.name)) for f in fields(answer)}


def test_every_question_has_a_view_and_bounds() -> None:
    assert set(questions()) == set(VIEW_OF) == set(BOUNDS)


@every_rule
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_answers_are_deterministic_finite_and_within_bounds(rule: type[Rule], seed: int) -> None:
    first, second = (arrays_of(rule().answer(make_view(rule.question, seed))) for _ in range(2))
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])
        assert np.isfinite(values.astype(np.float64)).all(), name
        low, high = BOUNDS[rule.question].get(name, (None, None))
        assert low is None or values.min() >= low, name
        assert high is None or values.max() <= high, name


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
    if VIEW_OF[rule.question] != "firm":
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
        "firm": np.arange(TERRITORIES),
        "service": np.arange(TERRITORIES),
        "technical": np.arange(TERRITORIES),
        "managers": getattr(view, "team_territory", None),
        "distributors": getattr(view, "territory", None),
        "partners": getattr(view, "territory", None),
        "leavers": np.arange(REPS) % TERRITORIES,
        "retained": getattr(view, "territory", None),
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
        if name != "cost" or values.ndim:  # two schemes are both paid for
            np.testing.assert_array_equal(values, changed[name])
