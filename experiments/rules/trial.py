"""A rule on a small market: two runs on one seed, and every question asked again with rows in another order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.rules.rows import Ints, orders_of, permutes, reordered, rows_of
from sim.decisions.asking import answer_of
from sim.decisions.memory import memory_of
from sim.decisions.question import Rule
from sim.decisions.shipped import suspected
from sim.decisions.strangers import refusal, watched_by
from sim.errors import InputError
from sim.market import Market
from sim.policies.registry import forget, kind_of, register, rules
from sim.rng import Decision, uniform
from sim.scenario import Scenario
from sim.state import MarketState

#: Long enough for every question to come up twice.
WEEKS = 28
CUSTOMERS = 600
SEED = 7
#: Views of one run that are asked about again in another order.
_REORDERED = 6


def try_rule(rule: type[Rule], on: str, overrides: Mapping[str, Any]) -> list[InputError]:
    """What is wrong with ``rule`` as found by running it on the scenario ``on``, made small; empty when it is sound."""
    known = rules(rule.question).get(kind_of(rule))
    if known is not rule:
        forget(known) if known is not None else None
        register(rule)
    try:
        given = {**overrides, f"policy.{rule.question}.kind": kind_of(rule)}
        scenario = Scenario.load(on, overrides=given, weeks=WEEKS, customers=CUSTOMERS)
        return _run_twice(rule, scenario)
    finally:
        if known is not rule:
            forget(rule)
            if known is not None:
                register(known)


def _run_twice(rule: type[Rule], scenario: Scenario) -> list[InputError]:
    memory = memory_of(rule)  # as it is before the first answer
    example = scenario.policy[rule.question]
    found: list[InputError] = []
    results: list[str] = []
    for _ in range(2):
        with suspected(rule):
            market = Market(scenario, seed=SEED)
        trial = _Trial(rule, market.state)
        try:
            with watched_by(trial), suspected(rule):
                market.run()
        except InputError as error:
            return [*trial.found, *getattr(error, "errors", (error,))]
        except Exception as error:
            problem = f"led to {type(error).__name__}: {error}"
            return [*trial.found, refusal(example, problem, "an answer that the market can carry out")]
        if not trial.count:
            problem = f"was not asked once in {WEEKS} weeks of {scenario.name}, so nothing is known of what it does"
            remedy = "name such a market: --on SCENARIO, or --set"
            return [refusal(example, problem, "a market in which its question comes up", remedy)]
        results.append(fingerprint(market.state))
        found += [error for error in trial.found if str(error) not in {str(known) for known in found}]
    if results[0] != results[1]:
        expected = "equal results: nothing may be remembered from run to run"
        found.append(refusal(example, "gave two runs on one seed", expected))
    for place in memory.changed():
        expected = "a rule that remembers nothing: another run would find it there"
        found.append(refusal(example, f"keeps something in {place}", expected, "make it a parameter, or leave it out"))
    return found


def fingerprint(state: MarketState) -> str:
    """Hash of all tables, stocks, books and records of a market."""
    digest = hashlib.sha256()
    for _, table in sorted(state.tables().items()):
        for column in sorted(table):
            array = getattr(table, column, None)
            if isinstance(array, np.ndarray):
                digest.update(np.ascontiguousarray(array).tobytes())
    for stage in (state.channel, state.plant, state.forecasts, state.plant_forecast, state.shared_forecast):
        for array in stage:
            digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(state.ledger.book.tobytes())
    for measure in sorted(state.record.measures):
        digest.update(state.record[measure].tobytes())
    return digest.hexdigest()


@dataclass
class _Trial:
    """Looks on while the rule is asked: does the market change, do answers follow their rows?"""

    kind: type[Rule]
    state: MarketState
    found: list[InputError] = field(default_factory=list)
    before: str = ""
    reordered: int = 0
    busy: bool = False  # asking again itself
    count: int = 0

    def asked(self, rule: Rule, seen: Any) -> None:
        if type(rule) is self.kind and not self.busy:
            self.before = fingerprint(self.state)
            self.count += 1

    def answered(self, rule: Rule, seen: Any, answer: Any) -> None:
        if type(rule) is not self.kind or self.busy:
            return
        if fingerprint(self.state) != self.before:
            self.found.append(refusal(rule, "changed the market behind its view", "a rule that only answers"))
        size = rows_of(seen)
        if size > 1 and self.reordered < _REORDERED and not self.found:
            self.reordered += 1
            luck = uniform(SEED, Decision.POLICY, self.reordered, np.arange(size))
            wrong = next(
                (
                    problem_found
                    for order in orders_of(seen, luck)
                    if (problem_found := self._otherwise(rule, seen, answer, order))
                ),
                [],
            )
            if wrong:
                problem = f"answers otherwise when rows stand in another order: {', '.join(wrong)}"
                remedy = "sort by key where order matters, draw by key"
                self.found.append(refusal(rule, problem, "the same answer for each row", remedy))

    def _otherwise(self, rule: Rule, seen: Any, answer: Any, order: Ints) -> list[str]:
        """Fields of the answer that are others when rows stand in ``order``."""
        self.busy = True
        try:
            return permutes(answer, answer_of(rule, reordered(seen, order)), order)
        finally:
            self.busy = False
