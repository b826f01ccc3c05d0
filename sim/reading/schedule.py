"""The schedule of a run: which rules and parameters apply in which week."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.params import Params
from sim.quantity import MOST_WEEKS
from sim.rules import Rule

#: Stands for the time before week 1, in which the baseline of a warm-up holds.
BEFORE = -MOST_WEEKS
#: The rules for one question in force at a time: the whole firm's first (None), then those of some territories.
Variants = tuple[tuple[frozenset[str] | None, Rule], ...]


@dataclass(frozen=True)
class Schedule:
    """Rules and parameters over time: the week from which each set of variants, or of parameters, applies."""

    answers: dict[str, tuple[tuple[int, Variants], ...]]
    params: tuple[tuple[int, Params], ...]

    def opening(self, question: str) -> Variants:
        """Variants for ``question`` as the policy starts, before any change, and after a warm-up."""
        return next(variants for since, variants in self.answers[question] if since > BEFORE)

    def rules_at(self, week: int, question: str) -> Variants:
        """Variants for ``question`` in ``week``; weeks of a warm-up are those up to 0."""
        steps = self.answers[question]
        return steps[_place(steps, week)][1]

    def rules_since(self, week: int, question: str) -> int:
        """The week from which the variants for ``question`` in ``week`` have held."""
        steps = self.answers[question]
        return steps[_place(steps, week)][0]

    def weeks_of_rules(self, week: int, question: str) -> tuple[int, int]:
        """The first and the last week in which the variants for ``question`` in ``week`` hold."""
        steps = self.answers[question]
        place = _place(steps, week)
        return steps[place][0] if place else -MOST_WEEKS, steps[place + 1][0] - 1 if place + 1 < len(
            steps
        ) else MOST_WEEKS

    def params_at(self, week: int) -> Params:
        """Parameters in ``week``."""
        return self.params[_place(self.params, week)][1]

    def idle_throughout(self, question: str) -> bool:
        """Whether no rule for ``question`` does anything in any week, place or warm-up."""
        return all(rule.idle for _, variants in self.answers[question] for _, rule in variants)


def _place(steps: Sequence[tuple[int, Any]], week: int) -> int:
    """Which of ``steps``, each starting in some week, applies in ``week``."""
    return 0 if len(steps) == 1 else max(0, bisect_right(steps, week, key=lambda step: step[0]) - 1)
