"""Warm-up: weeks that a market lives under a baseline before the policy under test comes into force."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.quantity import Section, param
from sim.reading.changes import put_over
from sim.reading.complaints import Complaint, KeyPath
from sim.reading.policy_tables import complete, make_rules
from sim.reading.schedule import BEFORE, Schedule
from sim.rules import Rule

#: Word for the policies written in the scenario's own files, without overlays and settings.
AS_WRITTEN = "as_written"


class WarmUpEntry(Section):
    """``[warm_up]`` as written: weeks before week 1, and the policy whose rules hold meanwhile."""

    weeks: int = param(
        0,
        unit="weeks",
        doc="Weeks that the market lives under the baseline before week 1; 0: none.",
        bounds=(0, 520),
        soft=(0, 104),
    )
    policy: str | dict[str, dict[str, Any]] = param(
        "status_quo",
        unit="name of a policy",
        doc='Policy overlay that holds meanwhile: its name, its [policy.*] tables, or "as_written" for the policies of the '
        "scenario's own files.",
    )


@dataclass(frozen=True)
class WarmUp:
    """A checked warm-up: its weeks, the name of the baseline ("" for tables), and the baseline's rules by question."""

    weeks: int = 0
    label: str = ""
    rules: tuple[tuple[str, Rule], ...] = ()

    def written(self) -> dict[str, Any]:
        """The warm-up as a ``[warm_up]`` table that stands alone."""
        if not self.rules:
            return {"weeks": 0}
        return {"weeks": self.weeks, "policy": dict(self.rules)}

    def put_before(self, schedule: Schedule) -> Schedule:
        """``schedule`` with the baseline's rules in the weeks before the first.

        A question that both answer alike keeps its one rule, so that nothing changes when the policy comes into force.
        """
        if not self.weeks:
            return schedule
        answers = dict(schedule.answers)
        for question, rule in self.rules:
            (_, first), *later = answers[question]
            if first != ((None, rule),):
                answers[question] = ((BEFORE, ((None, rule),)), (1, first), *later)
        return Schedule(answers, schedule.params)


def read_warm_up(
    entry: WarmUpEntry | None,
    own: dict[str, Any],
    overlay: Callable[[str, KeyPath], dict[str, Any] | None],
    complaints: list[Complaint],
    *,
    settled: bool,
) -> WarmUp:
    """The warm-up of ``entry``; ``own`` are the ``[policy.*]`` tables of the scenario's files, ``overlay`` finds a policy's.

    The baseline is read where it has weeks, and where the start is ``settled`` under its rules.
    """
    if entry is None or not (entry.weeks or settled):
        return WarmUp()
    path: KeyPath = ("warm_up", "policy")
    named = isinstance(entry.policy, str)
    tables: Any = entry.policy if not named else {} if entry.policy == AS_WRITTEN else overlay(str(entry.policy), path)
    if tables is None:
        return WarmUp()
    policy = copy.deepcopy(own)
    for question, section in tables.items():
        below = policy.get(question, {})
        policy[question] = (
            put_over(below, section) if isinstance(section, dict) and isinstance(below, dict) else section
        )
    rules = make_rules(complete(policy), path, complaints)
    return WarmUp(entry.weeks, str(entry.policy) if named else "", tuple(rules.items()))
