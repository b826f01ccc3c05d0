"""Rules in force: which rules answer a question in a week, where each holds, whether any is due, and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.rules.answers import answer_of, ask, checked, merge, read_only, spread
from sim.rules.rule import Rule, Variant
from sim.rules.shipped import is_shipped
from sim.rules.strangers import refusal
from sim.state.customers import Customers

Ints = NDArray[np.integer[Any]]

#: What each of the rules for a question goes by of the calendar.
Occasions = tuple[tuple[int, ...], ...]


class Kept(NamedTuple):
    """What rules that are constant answered, by the occasions they go by: which rules, and to how many segments."""

    variants: list[Variant]
    segments: int
    answers: dict[Occasions, Any]


class RuleBook(Protocol):
    """Where the rules in force come from: a scenario; weeks are counted from 1, those of a warm-up end with 0."""

    @property
    def kept(self) -> dict[str, Kept]:
        """Answers of constant rules by question."""
        ...

    def variants_at(self, week: int, question: str) -> list[Variant]:
        """Rules for ``question`` in ``week`` (from 1; the baseline's before), the whole firm's first."""
        ...

    def changed(self) -> str:
        """What has been changed that no rule may change: a rule of this market, or the scenario; empty for nothing."""
        ...


class RulesInForce(NamedTuple):
    """The rules of one ``week`` (0-based, by the calendar) in a market of so many ``territories`` and ``segments``; its first
    week is ``first``.
    """

    schedule: RuleBook
    week: int
    territories: int
    customers: Customers
    first: int = 0
    segments: int = 0

    def variants(self, question: str, week: int | None = None) -> list[Variant]:
        """Rules for ``question`` in ``week`` (by default this one): the whole firm's first, then those of some territories."""
        return self.schedule.variants_at((self.week if week is None else week) + 1, question)

    def ask(
        self,
        question: str,
        see: Callable[[], Any],
        territory: Ints | None = None,
        rows: Ints | None = None,
        **market: NDArray[Any],
    ) -> Any:
        """Answer a question by the rules in force; see :func:`sim.rules.answers.ask`.

        ``see`` makes the view; where all rules are constant and have been asked before, nobody looks and the answer is
        what it was. Constant rules get no ``market``, and no ``territory`` or ``rows``, that change.
        """
        variants, kept = self.variants(question), self.schedule.kept.get(question)
        if kept is None or kept.variants is not variants or kept.segments != self.segments:
            if not all(variant.rule.constant and is_shipped(variant.rule) for variant in variants):
                answer = ask(variants, see(), territory, rows, market)
                self._inspect(variants)
                return answer
            kept = self.schedule.kept[question] = Kept(variants, self.segments, {})
        occasions = tuple([variant.rule.occasion(self.week) for variant in variants])
        if occasions not in kept.answers:
            kept.answers[occasions] = read_only(ask(variants, see(), territory, rows, market))
        return kept.answers[occasions]

    def _inspect(self, asked: list[Variant]) -> None:
        """Raise InputError when a third-party rule among those ``asked`` has changed other rules or the scenario."""
        for variant in asked:
            if not is_shipped(variant.rule) and (changed := self.schedule.changed()):
                raise refusal(variant.rule, f"changed {changed}", "a rule that only answers")

    def idle(self, question: str) -> bool:
        """Whether no rule does anything about ``question`` beyond the usual."""
        return all(variant.rule.idle for variant in self.variants(question))

    def due(self, question: str) -> NDArray[np.bool_]:
        """Territories [T] where ``question`` comes up this week: its rule's weeks are over, or the rule is new there."""
        variants = self.variants(question)
        weeks_over = [self.week % int(getattr(v.rule, "every", 1)) == 0 for v in variants]
        changed = self.changed(question)
        if len(variants) == 1:  # one rule for the whole firm: the common case
            return np.ones(self.territories, dtype=np.bool_) if weeks_over[0] else changed
        due: NDArray[np.bool_] = np.array(weeks_over)[self._holding(variants)] | changed
        return due

    def comes_up(self, question: str) -> bool:
        """Whether ``question`` is :meth:`due` anywhere this week."""
        variants = self.variants(question)
        if len(variants) > 1:
            return bool(self.due(question).any())
        return self.week % int(getattr(variants[0].rule, "every", 1)) == 0 or self.changes(question)

    def changes(self, question: str) -> bool:
        """Whether another rule for ``question`` holds than last week, anywhere: see :meth:`changed`."""
        if self.week != self.first and self.variants(question) is self.variants(question, self.week - 1):
            return False
        return bool(self.changed(question).any())

    def changed(self, question: str) -> NDArray[np.bool_]:
        """Territories [T] where another rule for ``question`` holds than last week; all of them in the first week."""
        if self.week == self.first:
            return np.ones(self.territories, dtype=np.bool_)
        now, before = self.variants(question), self.variants(question, self.week - 1)
        if now is before:  # no change between them: the common case, without comparing rules
            return np.zeros(self.territories, dtype=np.bool_)
        pairs = zip(self._of_each(now), self._of_each(before), strict=True)
        return np.array([rule != old for rule, old in pairs])

    def of_each(self, question: str) -> list[Rule]:
        """The rule for ``question`` that holds in each territory [T]."""
        return self._of_each(self.variants(question))

    def _of_each(self, variants: list[Variant]) -> list[Rule]:
        return [variants[k].rule for k in self._holding(variants)]

    def _holding(self, variants: list[Variant]) -> NDArray[np.int64]:
        """Which of ``variants`` holds in each territory [T]: the last that reaches it."""
        holding = np.zeros(self.territories, dtype=np.int64)
        for k, variant in enumerate(variants):
            holding[slice(None) if variant.territories is None else list(variant.territories)] = k
        return holding

    def renew(self, question: str, seen: Any, held: Any, rows: Ints, truth: Any = None, **market: NDArray[Any]) -> Any:
        """``held``, a row for each customer, with the answers of all rules that are due, each in the territories where it holds.

        ``seen`` shows the customers in ``rows``; a rule says nothing of the others, and they get what the answer's
        fields declare for customers ``without`` a record. ``truth`` is what oracles see instead: all customers. A rule
        that is due nowhere is not asked and costs nothing. ``market`` is as in :func:`sim.rules.answers.ask`. Raises
        InputError for an answer out of the bounds that its question declares.
        """
        variants, due, answer = self.variants(question), self.due(question), held
        holding, territory = self._holding(variants), self.customers.territory
        for k, variant in enumerate(variants):
            inside = due & (holding == k)
            if inside.any():
                oracle = variant.rule.reads_truth and truth is not None
                other = answer_of(variant.rule, truth if oracle else seen)
                for_whom = np.arange(len(territory)) if oracle else rows
                answer = merge(answer, spread(other, for_whom, len(territory)), inside[territory])
        self._inspect([variant for k, variant in enumerate(variants) if (due & (holding == k)).any()])
        return checked(answer, variants, seen, territory, market)
