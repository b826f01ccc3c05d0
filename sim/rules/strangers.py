"""A rule that is not shipped sees copies, is asked twice, and is refused when it writes or remembers.

Python is no prison, but nothing that such a rule does to what it was shown, to its parameters or to its answers reaches
the market unnoticed. ``deepmarket check --rule`` looks further, at what its file imports and does.
"""

from __future__ import annotations

import copy
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import is_dataclass
from typing import Any, Protocol

from sim.errors import InputError
from sim.rules.copies import copied, owned, same_answer, written
from sim.rules.memory import memory_of
from sim.rules.rule import Rule, answer_type


class Watcher(Protocol):
    """An observer of rules that are not shipped while they are asked, to try them: see ``deepmarket check --rule``."""

    def asked(self, rule: Rule, seen: Any) -> None:
        """``rule`` is about to be asked; ``seen`` is the engine's view."""
        ...

    def answered(self, rule: Rule, seen: Any, answer: Any) -> None:
        """``rule`` has answered, and the answer is the engine's now."""
        ...


_watchers: list[Watcher] = []


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let ``watcher`` observe while the context is open."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


#: Variables of modules are put back while a twin answers; two markets in two threads must not meet there.
_alone = threading.RLock()


def fresh(rule: Rule) -> Rule:
    """Another rule with the same parameters, and nothing else of it."""
    return type(rule).model_validate(rule.model_dump())


def ask_stranger(rule: Rule, seen: Any) -> Any:
    """The answer of ``rule``, owned by the engine.

    Raises InputError, which names question and kind, when the rule fails, answers with something other than its question
    asks for, writes into its view or its parameters, or answers a second time otherwise: asked about an equal view by a
    fresh rule of the same parameters whose module and class remember nothing.
    """
    with _alone:
        for watcher in _watchers:
            watcher.asked(rule, seen)
        memory, twin = memory_of(type(rule)), fresh(rule)
        answer = _answer(rule, seen)
        with memory.forgotten():
            again = _answer(twin, seen)
        if not same_answer(answer, again):
            kept = ", ".join(memory.changed())
            raise refusal(
                rule,
                "gave two answers to one view" + (f", and keeps something in {kept}" if kept else ""),
                "answers that depend on the view and on parameters alone, with chance from seen.luck",
            )
        for watcher in _watchers:
            watcher.answered(rule, seen, answer)
        return answer


def _answer(rule: Rule, seen: Any) -> Any:
    """Ask once, and check the view, the parameters and the type of the answer."""
    shown, parameters, asked = copied(seen), copy.deepcopy(_parameters(rule)), answer_type(type(rule))
    try:
        given = rule.answer(shown)
    except Exception as error:
        raise _failure(rule, error, shown, seen) from error
    changed = sorted(written(shown, seen))
    if changed:
        raise _wrote(rule, changed)
    if _parameters(rule) != parameters:
        raise refusal(rule, "changed its own parameters", "a rule that is the same before and after it answers")
    if not (is_dataclass(given) and isinstance(given, asked)):
        raise refusal(rule, f"answered with {type(given).__name__}", f"an answer of type {asked.__name__}")
    return owned(given, asked)


def _parameters(rule: Rule) -> dict[str, Any]:
    return {name: vars(rule).get(name) for name in type(rule).model_fields}


def name_of(rule: Rule) -> str:
    """How messages name a rule: by its kind."""
    return f"rule `{rule.kind}`"


def refusal(rule: Rule, problem: str, expected: str, remedy: str = "fix the rule") -> InputError:
    """The error of a rule that does what no rule may."""
    return InputError(f"policy.{rule.question}", f"the {name_of(rule)} {problem}", expected, remedy)


def _wrote(rule: Rule, names: list[str]) -> InputError:
    problem = f"wrote into what it was shown: {', '.join(names)}"
    return refusal(rule, problem, "a rule that only reads", "let it work on a copy, np.array(…)")


def _failure(rule: Rule, error: Exception, shown: Any, seen: Any) -> InputError:
    """The error of a rule that stopped: where, and whether it had tried to write."""
    changed = sorted(written(shown, seen))
    if changed:
        return _wrote(rule, changed)
    where = traceback.extract_tb(error.__traceback__)[-1]
    at = f"{where.filename}, line {where.lineno}"
    if isinstance(error, ValueError) and "read-only" in str(error):
        return refusal(rule, f"tried to write into what it was shown ({at})", "a rule that only reads")
    return refusal(rule, f"stopped with {type(error).__name__}: {error} ({at})", "an answer")
