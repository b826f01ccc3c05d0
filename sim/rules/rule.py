"""A question an actor answers, and the rule that answers it: the contract between engine and policies.

A rule sees one typed view (``…Seen``) and returns one typed answer for all actors of its kind at
once. It has no handle on the simulation: it can neither read truth nor touch the books.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, cast, get_type_hints

from sim.quantity import Section
from sim.rules.answer_fields import Answer
from sim.views import View


class Rule(Section):
    """A rule for one question: parameters by ``param()`` and one method ``answer``.

    ``question`` names the question; ``kind`` (a ``Literal`` in every concrete rule) names the rule in
    a scenario file; ``scoped`` says whether a change may apply to some territories only, which needs
    an answer that is cut by territory; ``reads_truth`` marks oracles, which are upper bounds; ``idle`` marks rules
    that never do anything beyond the usual: where no other rule is in force, nobody is asked; ``constant`` marks rules
    that say the same every week, since nothing they look at changes but how many segments there are: a market asks
    those of them that are shipped once, and again when that changes; one that goes by the calendar says so by
    ``occasion``. The abstract rule of a question also says which ``actor`` answers it, when it is ``asked``, and the kind of the ``ordinary`` rule, which
    answers where a scenario names none.
    """

    question: ClassVar[str]
    actor: ClassVar[str] = ""
    asked: ClassVar[str] = "every week"
    ordinary: ClassVar[str] = ""
    scoped: ClassVar[bool] = False
    reads_truth: ClassVar[bool] = False
    idle: ClassVar[bool] = False
    constant: ClassVar[bool] = False
    kind: str

    def occasion(self, week: int) -> tuple[int, ...]:
        """What a ``constant`` rule goes by of the calendar's ``week``: where this is the same, so is its answer."""
        return ()

    @abstractmethod
    def answer(self, seen: Any) -> Any:
        """Return the answer to the question for every actor in ``seen``."""


@dataclass(frozen=True)
class Variant:
    """A rule and where it holds: ``territories`` is None for the rule of the whole firm."""

    rule: Rule
    territories: frozenset[int] | None = None


@cache
def question_rule(kind: type[Rule]) -> type[Rule]:
    """The abstract rule that declares the question of ``kind``. Raises TypeError where there is none."""
    for owner in kind.__mro__:
        declares = owner.__module__.startswith("sim.questions.") and owner.__module__.endswith(".question")
        if declares and "answer" in vars(owner):
            return cast(type[Rule], owner)
    raise TypeError(f"{kind.__name__} is not a rule for a question")


@cache
def answer_type(kind: type[Rule]) -> type[Answer]:
    """What the question of ``kind`` asks for."""
    return cast(type[Answer], get_type_hints(vars(question_rule(kind))["answer"])["return"])


@cache
def view_type(kind: type[Rule]) -> type[View]:
    """What those who answer the question of ``kind`` see."""
    return cast(type[View], get_type_hints(vars(question_rule(kind))["answer"])["seen"])


def when_asked(kind: type[Rule]) -> str:
    """When the question of ``kind`` comes up, in words."""
    question = question_rule(kind)
    return "every `every` weeks" if "every" in question.model_fields else question.asked
