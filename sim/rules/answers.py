"""Answers of the rules in force, each in the territories where it holds, checked against what the question declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.rules.answer_fields import AnswerT, Fault, bounds_fault, cut_to_bounds, form_fault
from sim.rules.copies import for_reading
from sim.rules.rule import Rule, Variant
from sim.rules.shipped import is_shipped
from sim.rules.strangers import ask_stranger, name_of

Array = np.ndarray[Any, Any]

#: What the engine adds to the check of an answer beyond the view, by name.
Market = Mapping[str, Array]
_NOTHING: Market = {}


def answer_of(rule: Rule, seen: Any) -> Any:
    """What ``rule`` answers to the view ``seen``: a shipped rule reads it directly, any other gets a copy and is watched.

    Raises InputError for a third-party rule that breaks the rules of :mod:`sim.rules.strangers`, and for an answer of
    another form than the question declares.
    """
    answer = rule.answer(for_reading(seen)) if is_shipped(rule) else ask_stranger(rule, seen)
    fault = form_fault(answer, seen.size)
    if fault is not None:
        raise _refusal(rule.question, name_of(rule), fault)
    return answer


def ask(
    variants: Sequence[Variant],
    seen: Any,
    territory: Array | None,
    rows: Array | None = None,
    market: Market = _NOTHING,
) -> Any:
    """Answer a question by the rules in force, later variants overriding in their territories.

    ``territory`` gives the territory of each row of the answer's arrays; None when the answer is for
    the firm as a whole (then only rules for the whole firm are allowed). ``rows`` is given where a rule
    answers for actors other than those it applies to: the row of its answer for each row of ``territory``. ``market`` is
    what ``Answer.faults`` gets. Raises InputError for an answer out of the bounds that its question declares.
    """
    answer = _for_whom(answer_of(variants[0].rule, seen), rows)
    for variant in variants[1:]:
        other = _for_whom(answer_of(variant.rule, seen), rows)
        if variant.territories is None:
            answer = other
            continue
        if territory is None:
            raise ValueError(f"the question {variant.rule.question!r} has one answer for the whole firm")
        inside = np.isin(territory, list(variant.territories))
        answer = merge(answer, other, inside)
    return checked(answer, variants, seen, territory, market)


def checked(
    answer: AnswerT, variants: Sequence[Variant], seen: Any, territory: Array | None = None, market: Market = _NOTHING
) -> AnswerT:
    """``answer``, cut to bounds where its question says so; raises InputError for the first fault.

    The arguments are as in :func:`ask`; ``answer`` is what ``variants`` answered together.
    """
    fault = bounds_fault(answer, seen.size) or next(iter(answer.faults(market)), None)
    if fault is not None:
        raise _refusal(variants[0].rule.question, _culprit(variants, territory, fault), fault)
    return cut_to_bounds(answer)


def _refusal(question: str, rule: str, fault: Fault) -> InputError:
    where = "" if fault.row is None else f" in row {fault.row}"
    return InputError(
        f"policy.{question}", f"the {rule} answered with {fault.found}{where}", fault.expected, "fix the rule"
    )


def _culprit(variants: Sequence[Variant], territory: Array | None, fault: Fault) -> str:
    """The rule that holds in the territory of the fault's row; all of them where that is not known."""
    if fault.row is not None and territory is not None:
        here = territory[fault.row]
        variants = [v for v in variants if v.territories is None or here in v.territories][-1:]
    names = sorted({name_of(variant.rule) for variant in variants})
    return names[0] if len(names) == 1 else f"rules {', '.join(names)} together"


def _for_whom(answer: AnswerT, rows: Array | None) -> AnswerT:
    """The answer for each of those it applies to: row ``rows`` of its arrays; as it is without ``rows``."""
    return answer if rows is None else _each_array(answer, lambda values: values[rows])


def _each_array(answer: AnswerT, change: Callable[[Array], Array]) -> AnswerT:
    arrays = {d.name: change(getattr(answer, d.name)) for d in answer.declared() if d.shape}
    return replace(answer, **arrays)


def read_only(answer: AnswerT) -> AnswerT:
    """``answer`` itself, its arrays closed for writing: it is to be given again."""
    for declared in answer.declared():
        if declared.shape:
            getattr(answer, declared.name).setflags(write=False)
    return answer


def merge(base: AnswerT, other: AnswerT, inside: Array) -> AnswerT:
    """Rows of ``other`` where ``inside``, else of ``base``; numbers of the whole firm as their field declares."""
    merged: dict[str, Any] = {}
    for declared in base.declared():
        a, b = getattr(base, declared.name), getattr(other, declared.name)
        if declared.shape:
            merged[declared.name] = np.where(inside.reshape(-1, *([1] * (a.ndim - 1))), b, a)
        elif declared.together is not None:
            merged[declared.name] = declared.together(a, b)
    return replace(base, **merged)


def spread(answer: AnswerT, rows: Array, size: int) -> AnswerT:
    """An answer for the customers in ``rows`` as one for all ``size`` customers; others get what their field declares."""
    everybody = {}
    for declared in answer.declared():
        if declared.shape:
            array = getattr(answer, declared.name)
            everybody[declared.name] = np.full((size, *array.shape[1:]), declared.without, array.dtype)
            everybody[declared.name][rows] = array
    return replace(answer, **everybody)
