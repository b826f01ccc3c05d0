"""A question an actor answers, and the rule that answers it: the contract between engine and policies.

A rule sees one typed view (``…Seen``) and returns one typed answer for all actors of its kind at
once. It has no handle on the simulation: it can neither read truth nor touch the books.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.quantity import Section


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


@dataclass(frozen=True)
class Variant:
    """A rule and where it holds: ``territories`` is None for the rule of the whole firm."""

    rule: Rule
    territories: frozenset[int] | None = None
