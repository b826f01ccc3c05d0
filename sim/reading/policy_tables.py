"""Which rule answers each question: from ``[policy.*]`` tables to validated rules."""

from __future__ import annotations

from typing import Any

from sim.questions.registry import questions, rules
from sim.reading.complaints import Complaint, KeyPath, nearest, show, unknown_key, validate
from sim.rules import Rule


def complete(policy: Any) -> dict[str, Any]:
    """``[policy]`` with the ordinary answer where a question has none, the ordinary kind where a section has none."""
    given = dict(policy) if isinstance(policy, dict) else {}
    for question in questions():
        section = given.get(question, {})
        kind = ordinary_kind(question)
        if isinstance(section, dict) and "kind" not in section and kind is not None:
            given[question] = {"kind": kind, **section}
    return given


def ordinary_kind(question: str) -> str | None:
    """Kind of the rule that answers ``question`` where a scenario does not say; None when that is ambiguous."""
    kinds = rules(question)
    ordinary = {rule.ordinary for rule in kinds.values()} & set(kinds)
    if len(ordinary) == 1:
        return ordinary.pop()
    return next(iter(kinds)) if len(kinds) == 1 else None


def make_rule(question: str, section: Any, path: KeyPath, complaints: list[Complaint]) -> Rule | None:
    """The rule that a ``[policy.<question>]`` table describes; on errors add to ``complaints`` and return None."""
    if question not in questions():
        complaints.append(unknown_key(path, questions(), "question"))
        return None
    if not isinstance(section, dict):
        complaints.append(
            Complaint(path, f"found {show(section)}", "a table", f'write `kind = "…"` below [policy.{question}]')
        )
        return None
    kinds = rules(question)
    kind = section.get("kind")
    if kind is None:
        complaints.append(
            Complaint(
                (*path, "kind"), "is missing", f"one of {', '.join(kinds)}", "say which rule answers the question"
            )
        )
        return None
    if not isinstance(kind, str) or kind not in kinds:
        close = nearest(kind, kinds) if isinstance(kind, str) else None
        remedy = f"did you mean `{close}`?" if close else ""
        complaints.append(
            Complaint(
                (*path, "kind"),
                f"no rule of kind {show(kind)} answers this question",
                f"one of {', '.join(kinds)}",
                remedy,
            )
        )
        return None
    return validate(kinds[kind], section, path, complaints)


def make_rules(policy: dict[str, Any], path: KeyPath, complaints: list[Complaint]) -> dict[str, Rule]:
    """Rules for all questions of a completed ``[policy]`` table, by question in alphabetical order."""
    made = {
        str(question): make_rule(str(question), policy[question], (*path, question), complaints)
        for question in sorted(policy)
    }
    unanswered = [question for question in questions() if question not in policy]
    for question in unanswered:
        known = ", ".join(rules(question))
        complaints.append(
            Complaint(
                (*path, question),
                "no rule answers this question",
                f"one of {known}",
                f'add [policy.{question}] with `kind = "…"`',
            )
        )
    return {question: rule for question, rule in made.items() if rule is not None}
