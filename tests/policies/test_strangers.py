"""Rules that are not shipped: whatever they do to a view, to rules or to answers is refused by name, or does not matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.questions.registry import kind_of, questions, rules
from sim.rules import Rule
from sim.rules.answers import answer_of
from sim.rules.copies import copied, same, written
from sim.rules.shipped import SHIPPED, is_shipped, suspected
from sim.rules.strangers import ask_stranger
from tests.policies.dirty_hands import STOPPED, WRITING
from tests.policies.views import VIEW_OF, make_view

#: One question for every kind of view.
QUESTIONS = list({view: question for question, view in sorted(VIEW_OF.items())}.values())
every_view = pytest.mark.parametrize("question", QUESTIONS, ids=[VIEW_OF[q] for q in QUESTIONS])
RULES = [rule for question in questions() for rule in rules(question).values()]


def guest(question: str, act: Callable[[Any, Any], None], after: Callable[[Any], Any] | None = None) -> type[Rule]:
    """A rule of the question's own kind that does ``act(self, seen)`` before it answers as a shipped one does."""
    host = next(iter(rules(question).values()))

    class Guest(host):  # type: ignore[valid-type, misc]
        def answer(self, seen: Any) -> Any:
            act(self, seen)
            answer = host.answer(self, seen)
            return answer if after is None else after(answer)

    return Guest


def arrays(seen: Any) -> dict[str, np.ndarray]:
    found = {}
    for owner, inside in ((seen, ""), (getattr(seen, "customers", None), "customers.")):
        for name in getattr(owner, "__dataclass_fields__", ()):
            value = getattr(owner, name)
            if isinstance(value, np.ndarray) and value.size:
                found[inside + name] = value
    return found


# ---- writing ----------------------------------------------------------------------------------------------------------


@every_view
@pytest.mark.parametrize("route", WRITING, ids=[route.__name__ for route in WRITING])
def test_writing_into_any_view_by_any_route_is_refused_by_name(question: str, route: Callable[[Any], None]) -> None:
    view = make_view(question, 11)
    before = copied(view)
    for name in arrays(view):

        def write(rule: Any, seen: Any, name: str = name) -> None:
            route(arrays(seen)[name])

        with pytest.raises(InputError) as refused:
            ask_stranger(guest(question, write)(), view)
        assert refused.value.place == f"policy.{question}"
        assert f"wrote into what it was shown: {name}" in refused.value.problem
        assert "rule `" in refused.value.problem
    assert list(written(view, before)) == []


@every_view
@pytest.mark.parametrize("route", STOPPED, ids=[route.__name__ for route in STOPPED])
def test_what_numpy_stops_has_done_nothing(question: str, route: Callable[[Any], None]) -> None:
    view = make_view(question, 11)
    before = copied(view)
    stopped = 0

    def write(rule: Any, seen: Any) -> None:
        nonlocal stopped
        for array in arrays(seen).values():
            try:
                route(array)
            except (ValueError, AssertionError, BufferError, TypeError):
                stopped += 1

    ask_stranger(guest(question, write)(), view)
    assert stopped > 0
    assert list(written(view, before)) == []


@every_view
def test_a_write_that_numpy_stops_and_the_rule_does_not_catch_is_reported(question: str) -> None:
    def write(rule: Any, seen: Any) -> None:
        next(iter(arrays(seen).values()))[...] = 0

    with pytest.raises(InputError, match=r"rule `\w+` tried to write into what it was shown"):
        ask_stranger(guest(question, write)(), make_view(question, 11))


def set_week(rule: Any, seen: Any) -> None:
    object.__setattr__(seen, "week", seen.week + 1)


def set_luck(rule: Any, seen: Any) -> None:
    object.__setattr__(seen.luck, "_stream", np.uint64(1))


def take_away(rule: Any, seen: Any) -> None:
    vars(seen).pop("week")


def hide(rule: Any, seen: Any) -> None:
    vars(seen)["hidden"] = 1


def exchange(rule: Any, seen: Any) -> None:
    name, array = next(iter(arrays(seen).items()))
    vars(seen)[name] = np.array(array)[:0]


@every_view
@pytest.mark.parametrize("act", [set_week, set_luck, take_away, hide, exchange])
def test_a_view_is_what_it_was(question: str, act: Callable[[Any, Any], None]) -> None:
    """Fields of the view and of what lies inside of it, luck among them."""
    with pytest.raises(InputError, match="wrote into what it was shown"):
        ask_stranger(guest(question, act)(), make_view(question, 11))


def test_the_nested_database_is_watched_too() -> None:
    def exchange_database(rule: Any, seen: Any) -> None:
        vars(seen)["customers"] = replace(seen.customers, week=seen.customers.week + 1)

    with pytest.raises(InputError, match=r"customers\.week"):
        ask_stranger(guest("pay", exchange_database)(), make_view("pay", 11))


@pytest.mark.parametrize("rule", RULES, ids=[f"{r.question}.{kind_of(r)}" for r in RULES])
def test_shipped_rules_pass_as_strangers(rule: type[Rule]) -> None:
    """They neither write nor remember, and answer from a copy what they answer from the view."""
    view = make_view(rule.question, 5)
    straight = rule().answer(view)
    with suspected(rule):
        watched = answer_of(rule(), view)
    for name in straight.__dataclass_fields__:
        assert same(np.asarray(getattr(straight, name)), np.asarray(getattr(watched, name))), name


# ---- what a view leads to ---------------------------------------------------------------------------------------------


def test_the_list_of_shipped_rules_is_what_the_folder_holds() -> None:
    folder = {
        (rule.question, rule.__module__.rpartition(".")[2])
        for rule in RULES
        if rule.__module__.startswith("sim.questions")
    }
    assert folder == {(question, name) for question, names in SHIPPED.items() for name in names.split()}
    assert all(is_shipped(rule()) for rule in RULES)


def test_a_shipped_rule_that_somebody_patched_is_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = rules("pay")["salary_commission"]
    assert is_shipped(rule())
    honest = rule.answer
    monkeypatch.setattr(rule, "answer", lambda self, seen: honest(self, seen))
    assert not is_shipped(rule())
