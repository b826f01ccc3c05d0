"""Who reads what: declared fields of answers and declared parameters, as a running market takes them up by name."""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from sim.quantity import Section
from sim.rules.answer_fields import Answer
from sim.state.rules_in_force import RulesInForce

#: Modules that look at every field alike: what they read is no use of it.
_LOOKERS = (
    "sim.reading",
    "sim.scenario",
    "sim.rules",
    "sim.describe",
    "sim.build.rule_book",
    "pydantic",
    "dataclasses",
)


@dataclass
class Reads:
    """Fields read so far, by class and name."""

    answers: set[tuple[type[Answer], str]] = field(default_factory=set)
    parameters: set[tuple[type[Section], str]] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)  # questions

    def unread_fields(self, kind: type[Answer]) -> list[str]:
        """Declared fields of an answer that nobody has read."""
        return [declared.name for declared in kind.declared() if (kind, declared.name) not in self.answers]

    def unread_parameters(self, section: type[Section]) -> list[str]:
        """Declared parameters of a section that nobody has read."""
        return [name for name, _ in section.declarations() if (section, name) not in self.parameters]


def _uses(frame: FrameType) -> bool:
    """Whether the code in ``frame`` takes up an attribute for a use of its own.

    That is by its name. Two places name them otherwise: ``freeze`` takes what the numbers of kernels list, ``due`` the
    one parameter that only some questions have.
    """
    module, code = frame.f_globals.get("__name__", ""), frame.f_code
    if not module.startswith("sim.") or module.startswith(_LOOKERS):
        return False
    by_name = dis.opname[code.co_code[frame.f_lasti]] in ("LOAD_ATTR", "LOAD_METHOD")
    return by_name or module.startswith(("sim.quantity", "sim.state"))


def _traced(answer: Answer, reads: Reads) -> Answer:
    """``answer`` as an object that notes which of its fields are read."""
    kind = type(answer)
    names = {declared.name for declared in kind.declared()}

    class Traced(kind):  # type: ignore[valid-type, misc]
        def __getattribute__(self, name: str) -> Any:
            if name in names and _uses(sys._getframe(1)):
                reads.answers.add((kind, name))
            return super().__getattribute__(name)

    traced: Answer = object.__new__(Traced)
    vars(traced).update(vars(answer))
    return traced


@contextmanager
def reads_noted() -> Iterator[Reads]:
    """Note what is read while the context is open; answers count from where the engine hands them to agents and phases."""
    reads = Reads()
    ask, renew, look = RulesInForce.ask, RulesInForce.renew, Section.__getattribute__

    def get(self: Section, name: str) -> Any:
        if not name.startswith("_") and name in type(self).model_fields and _uses(sys._getframe(1)):
            reads.parameters.add((type(self), name))
        return look(self, name)

    def note(handed: Any) -> Any:
        def hand(self: RulesInForce, question: str, *given: Any, **more: Any) -> Any:
            reads.asked.add(question)
            return _traced(handed(self, question, *given, **more), reads)

        return hand

    try:
        RulesInForce.ask, RulesInForce.renew = note(ask), note(renew)  # type: ignore[method-assign]
        Section.__getattribute__ = get  # type: ignore[method-assign]
        yield reads
    finally:
        RulesInForce.ask, RulesInForce.renew = ask, renew  # type: ignore[method-assign]
        Section.__getattribute__ = look  # type: ignore[method-assign]
