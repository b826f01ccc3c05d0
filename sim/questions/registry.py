"""The registry of rules: every rule shipped here, every rule offered by an entry point, and those added by hand.

A rule shipped with the project is found because its file lies in a folder below ``sim/questions``; one
from another package because that package declares an entry point in the group ``deepmarket.policies``
that names the class; one in a notebook by :func:`register`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from importlib.metadata import entry_points

import sim.questions
from sim.rules.rule import Rule

GROUP = "deepmarket.policies"
_added: dict[tuple[str, str], type[Rule]] = {}


def kind_of(rule: type[Rule]) -> str:
    """Name of a rule in scenario files: the default of its ``kind``."""
    return str(rule.model_fields["kind"].default)


def register(rule: type[Rule]) -> type[Rule]:
    """Add a rule by hand (a notebook's or a test's); usable as a decorator. Refuses a name already taken by another class."""
    key = (rule.question, kind_of(rule))
    known = rules(rule.question).get(key[1])
    if known is not None and known is not rule:
        raise ValueError(f"the question {key[0]!r} has a rule {key[1]!r} already ({known.__module__})")
    _added[key] = rule
    return rule


def forget(rule: type[Rule]) -> None:
    """Take a rule added by :func:`register` out again."""
    _added.pop((rule.question, kind_of(rule)), None)


def questions() -> list[str]:
    """All questions for which a rule exists, in alphabetical order."""
    return sorted({q for q, _ in _shipped()} | {q for q, _ in _added})


def rules(question: str) -> dict[str, type[Rule]]:
    """Rules for ``question`` by kind; empty for an unknown question."""
    found = {k: r for (q, k), r in _shipped().items() if q == question}
    found.update({k: r for (q, k), r in _added.items() if q == question})
    return dict(sorted(found.items()))


@cache
def _shipped() -> dict[tuple[str, str], type[Rule]]:
    found: dict[tuple[str, str], type[Rule]] = {}
    for info in pkgutil.walk_packages(sim.questions.__path__, "sim.questions."):
        if info.ispkg or info.name == __name__ or info.name.endswith(".question"):
            continue
        module = importlib.import_module(info.name)
        for _, item in inspect.getmembers(module, inspect.isclass):
            if issubclass(item, Rule) and item.__module__ == info.name and not inspect.isabstract(item):
                found[item.question, kind_of(item)] = item
    for point in entry_points(group=GROUP):
        rule = point.load()
        found[rule.question, kind_of(rule)] = rule
    return found
