"""Asking: the rules in force answer a question, each in the territories where it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from sim.errors import InputError
from sim.rules.copies import for_reading
from sim.rules.rule import Rule, Variant
from sim.rules.shipped import is_shipped
from sim.rules.strangers import ask_stranger

Array = np.ndarray[Any, Any]


class Answer(Protocol):
    """A frozen dataclass whose array fields have one row per actor of the question."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


AnswerT = TypeVar("AnswerT", bound=Answer)


def answer_of(rule: Rule, seen: Any) -> Any:
    """What ``rule`` answers to the view ``seen``: a shipped one looks at it, a stranger gets a copy and is watched.

    Raises InputError for a stranger that is no rule, and for an answer with NaN or infinity.
    """
    answer = rule.answer(for_reading(seen)) if is_shipped(rule) else ask_stranger(rule, seen)
    refuse_nonsense(rule.question, answer)
    return answer


def refuse_nonsense(question: str, answer: Any) -> None:
    """Raise InputError for an answer with NaN or infinity, which no later check on its bounds would notice."""
    for name, value in vars(answer).items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and not np.isfinite(value).all():
            problem = f"the rule answered with NaN or infinity in {name}"
            raise InputError(f"policy.{question}", problem, "finite numbers", "mend the rule")


def ask(
    variants: Sequence[Variant],
    seen: Any,
    territory: Array | None,
    rows: Array | None = None,
    size: int | None = None,
) -> Any:
    """Answer a question by the rules in force, later variants overriding in their territories.

    ``territory`` gives the territory of each row of the answer's arrays; None when the answer is for
    the firm as a whole (then only rules for the whole firm are allowed). ``rows`` is given where a rule
    answers for others than those it holds for: the row of its answer for each row of ``territory``. ``size`` is how
    many rows the answer must have, by default those of ``territory``; raises InputError for another length, which
    numpy might stretch without a word.
    """
    if size is None and rows is None and territory is not None:
        size = len(territory)
    answer = _for_whom(_sized(answer_of(variants[0].rule, seen), variants[0].rule, size), rows)
    for variant in variants[1:]:
        other = _for_whom(_sized(answer_of(variant.rule, seen), variant.rule, size), rows)
        if variant.territories is None:
            answer = other
            continue
        if territory is None:
            raise ValueError(f"the question {variant.rule.question!r} has one answer for the whole firm")
        inside = np.isin(territory, list(variant.territories))
        answer = merge(answer, other, inside)
    return answer


def _arrays(answer: Any) -> dict[str, Array]:
    return {f.name: value for f in fields(answer) if isinstance(value := getattr(answer, f.name), np.ndarray)}


def _sized(answer: AnswerT, rule: Rule, size: int | None) -> AnswerT:
    if size is not None:
        check_size(rule.question, answer, size)
    return answer


def check_size(question: str, answer: Any, size: int) -> None:
    """Raise InputError when an array of ``answer`` has another number of rows than ``size``."""
    sizes = {len(value) if value.ndim else 0 for value in _arrays(answer).values()}
    if sizes != {size}:
        raise InputError(
            f"policy.{question}",
            f"the rule answered for {sorted(sizes)} rows",
            f"one row for each of {size}",
            "mend the rule",
        )


def _for_whom(answer: AnswerT, rows: Array | None) -> AnswerT:
    """The answer for each of those it holds for: row ``rows`` of its arrays; as it is without ``rows``."""
    if rows is None:
        return answer
    arrays = {f.name: getattr(answer, f.name) for f in fields(answer)}
    return replace(answer, **{name: a[rows] for name, a in arrays.items() if isinstance(a, np.ndarray)})


def merge(base: AnswerT, other: AnswerT, inside: Array) -> AnswerT:
    """Rows of ``other`` where ``inside``, else of ``base``.

    Fields that are not arrays stay as in ``base``, but for those that the answer's method ``beside`` returns.
    """
    beside = getattr(base, "beside", None)
    merged: dict[str, Any] = beside(other) if beside else {}
    for field in fields(base):
        a, b = getattr(base, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            rows = inside.reshape(-1, *([1] * (a.ndim - 1)))
            merged[field.name] = np.where(rows, b, a)
    return replace(base, **merged)


def spread(question: str, answer: AnswerT, rows: Array, size: int) -> AnswerT:
    """An answer for the customers in ``rows`` as one for all ``size`` customers, with its ``WITHOUT`` for the others.

    Raises InputError for an answer of another length than ``rows``.
    """
    arrays = _arrays(answer)
    check_size(question, answer, len(rows))
    everybody = {name: np.full(size, answer.WITHOUT[name], array.dtype) for name, array in arrays.items()}  # type: ignore[attr-defined]
    for name, array in arrays.items():
        everybody[name][rows] = array
    return replace(answer, **everybody)
