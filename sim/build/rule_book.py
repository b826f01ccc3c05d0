"""The rules of one market: built from the scenario's parameters, so that no two markets share a rule."""

from __future__ import annotations

import copy
from typing import Any

from sim.rules import Rule, Variant
from sim.rules.shipped import is_shipped
from sim.rules.strangers import fresh, name_of
from sim.scenario import Scenario
from sim.state.rules_in_force import Kept

#: Rules of no week.
_NONE: tuple[int, int, list[Variant]] = (1, 0, [])


class RuleBook:
    """Rules by week and question as the scenario has them, each an object of this market only.

    Weeks without a change between them get the very same list.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.kept: dict[str, Kept] = {}
        self._own: dict[tuple[str, int], list[Variant]] = {}
        #: The first and the last week of the rules that were asked for last, and these.
        self._in_force: dict[str, tuple[int, int, list[Variant]]] = {}
        steps = scenario.schedule.answers.values()
        rules = [rule for of_question in steps for _, variants in of_question for _, rule in variants]
        # Only rules that are not shipped are watched: a copy of all parameters costs a millisecond.
        self._at_first = None if all(map(is_shipped, rules)) else copy.deepcopy(self._watched())

    def variants_at(self, week: int, question: str) -> list[Variant]:
        """Rules for ``question`` in ``week`` (from 1), the whole firm's first."""
        first, last, found = self._in_force.get(question, _NONE)
        if not first <= week <= last:
            first, last = self.scenario.schedule.weeks_of_rules(week, question)
            found = self._since(week, question)
            self._in_force[question] = (first, last, found)
        return found

    def _since(self, week: int, question: str) -> list[Variant]:
        key = (question, self.scenario.schedule.rules_since(week, question))
        if key not in self._own:
            shared = self.scenario.variants_at(week, question)
            self._own[key] = [Variant(fresh(variant.rule), variant.territories) for variant in shared]
        return self._own[key]

    def changed(self) -> str:
        """What has changed since the market was built: a rule, or a part of the scenario; empty for nothing."""
        if self._at_first is None:
            return ""
        now = self._watched()
        for name, before in self._at_first.items():
            if now[name] != before:
                return name
        for (question, since), own in self._own.items():
            for variant, (_, rule) in zip(own, self.scenario.schedule.rules_at(since, question), strict=True):
                if variant.rule != rule:
                    return f"the {name_of(rule)} of policy.{question}"
        return ""

    def carried(self, scenario: Scenario, week: int) -> RuleBook:
        """The rules of another market that has lived as this one up to ``week``, and continues under ``scenario``.

        A rule in force before and after keeps what it holds apart from its parameters, in a copy of its own.
        """
        other = RuleBook(scenario)
        if scenario is self.scenario:
            other._at_first = self._at_first
            other._own = {key: _copied(own) for key, own in self._own.items()}
            return other
        first = 1 - scenario.warm_up.weeks
        last = max(week, first)
        mine, theirs = self.scenario.schedule, scenario.schedule
        for question, steps in theirs.answers.items():
            for lived in [*(since - 1 for since, _ in steps if first < since <= last), last]:
                own = self._own.get((question, mine.rules_since(lived, question)))
                if own is not None and mine.rules_at(lived, question) == theirs.rules_at(lived, question):
                    other._own[question, theirs.rules_since(lived, question)] = _copied(own)
        return other

    def _watched(self) -> dict[str, Any]:
        scenario = self.scenario
        parts: dict[str, Any] = {"the scenario's market": scenario.world, "the scenario's text": scenario.resolved}
        parts |= {f"params from week {week}": held for week, held in scenario.schedule.params}
        for question, steps in scenario.schedule.answers.items():
            parts[f"a rule of policy.{question}"] = [_parameters(rule) for _, rules in steps for _, rule in rules]
        return parts


def _copied(variants: list[Variant]) -> list[Variant]:
    return [Variant(_copy(variant.rule), variant.territories) for variant in variants]


def _copy(rule: Rule) -> Rule:
    try:
        return copy.deepcopy(rule)
    except Exception:  # a third-party rule may hold what cannot be copied; no answer may depend on it
        return fresh(rule)


def _parameters(rule: Rule) -> dict[str, Any]:
    return {name: vars(rule).get(name) for name in type(rule).model_fields}
