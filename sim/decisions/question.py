"""A question an actor answers, and the rule that answers it: the contract between engine and policies.

A rule sees one typed view (``…Seen``) and returns one typed answer for all actors of its kind at
once. It has no handle on the simulation: it can neither read truth nor touch the books.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from sim.quantity import Section

Array = np.ndarray[Any, Any]


class Rule(Section):
    """A rule for one question: parameters by ``param()`` and one method ``answer``.

    ``question`` names the question; ``kind`` (a ``Literal`` in every concrete rule) names the rule in
    a scenario file; ``scoped`` says whether a change may apply to some territories only, which needs
    an answer that is cut by territory; ``reads_truth`` marks oracles, which are upper bounds; ``idle`` marks rules
    that never do anything beyond the usual: where no other rule is in force, nobody is asked.
    """

    question: ClassVar[str]
    scoped: ClassVar[bool] = False
    reads_truth: ClassVar[bool] = False
    idle: ClassVar[bool] = False
    kind: str

    @abstractmethod
    def answer(self, seen: Any) -> Any:
        """Return the answer to the question for every actor in ``seen``."""


class Answer(Protocol):
    """A frozen dataclass whose array fields have one row per actor of the question."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True)
class Variant:
    """A rule and where it holds: ``territories`` is None for the rule of the whole firm."""

    rule: Rule
    territories: frozenset[int] | None = None


def ask(variants: Sequence[Variant], seen: Any, territory: Array | None, rows: Array | None = None) -> Any:
    """Answer a question by the rules in force, later variants overriding in their territories.

    ``territory`` gives the territory of each row of the answer's arrays; None when the answer is for
    the firm as a whole (then only rules for the whole firm are allowed). ``rows`` is given where a rule
    answers for others than those it holds for: the row of its answer for each row of ``territory``.
    """
    answer = _for_whom(variants[0].rule.answer(seen), rows)
    for variant in variants[1:]:
        other = _for_whom(variant.rule.answer(seen), rows)
        if variant.territories is None:
            answer = other
            continue
        if territory is None:
            raise ValueError(f"the question {variant.rule.question!r} has one answer for the whole firm")
        inside = np.isin(territory, list(variant.territories))
        answer = merge(answer, other, inside)
    return answer


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
