"""A scenario: one market and the policies in it, read from layered TOML files, checked as a whole, and frozen."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import tomli_w

from sim.errors import InputError, InputErrors
from sim.params import Params
from sim.params.world import World
from sim.reading.changes import Change
from sim.reading.data_tables import DataTables
from sim.reading.library import Listing, available_policies, available_scenarios
from sim.reading.past import Timeline, digest_of, first_difference
from sim.reading.resolving import Resolved, resolve
from sim.reading.schedule import Schedule
from sim.reading.spelling import dotted, leaves
from sim.reading.warm_up import WarmUp
from sim.rules import Rule, Variant

__all__ = ["Listing", "Scenario", "available_policies", "available_scenarios", "check"]

#: Keys that describe a scenario in words; they change no result and are not in the digest.
_WORDS = ("name", "title", "description", "question")


@dataclass(frozen=True, eq=False)
class Scenario:
    """A resolved scenario with the origin of each value.

    ``policy`` holds the rule of the whole firm for every question at the start, ``changes`` what is
    changed in mid-run, ``warm_up`` the weeks lived under a baseline before week 1; :meth:`rules_at` gives the rules of
    any week. ``provenance`` maps the dotted
    path of every value to "default", "file NAME", "policy file NAME" or "--set PATH", followed by the
    changes that touch it. ``warnings`` are surprising values and settings that are not used. Two
    scenarios are equal when their ``digest`` is.
    """

    name: str
    title: str
    description: str
    question: str
    weeks: int
    seed: int
    world: World
    params: Params
    policy: Mapping[str, Rule]
    changes: tuple[Change, ...]
    warm_up: WarmUp
    data: DataTables | None
    resolved: Mapping[str, Any] = field(repr=False)
    provenance: Mapping[str, str] = field(repr=False)
    warnings: tuple[str, ...] = field(repr=False)
    schedule: Schedule = field(repr=False)
    digest: str = field(repr=False)
    _variants: dict[tuple[str, int], list[Variant]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def load(
        cls,
        name_or_path: str | os.PathLike[str],
        *,
        policy: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
        overrides: Mapping[str, Any] | None = None,
        weeks: int | None = None,
        customers: int | None = None,
    ) -> Scenario:
        """Load a scenario by the name of a shipped one, or by a path to a file or to a folder with scenario.toml.

        ``policy`` names policy overlays (later ones win); ``overrides`` maps dotted paths to values, texts
        being read as TOML (``{"policy.pay.commission": 0.03, "offer.pump.list_price": "250_000"}``);
        ``weeks`` and ``customers`` are short for the overrides of these names. Raises
        :class:`sim.errors.InputErrors` with all input errors at once.
        """
        overlays = [] if policy is None else [policy] if isinstance(policy, (str, os.PathLike)) else list(policy)
        given = dict(overrides or {})
        short = {key: value for key, value in (("weeks", weeks), ("world.customers", customers)) if value is not None}
        given.update(short)
        try:
            return cls._of(resolve(name_or_path, overlays, given))
        except InputErrors as found:
            raise InputErrors([_by_its_option(error, short) for error in found.errors]) from None

    @classmethod
    def _of(cls, found: Resolved) -> Scenario:
        header, schedule = found.header, found.schedule
        scenario = cls(
            name=header.name,
            title=header.title,
            description=header.description,
            question=header.question,
            weeks=header.weeks,
            seed=header.seed,
            world=found.world,
            params=schedule.params_at(0),
            policy={question: schedule.opening(question)[0][1] for question in schedule.answers},
            changes=found.changes,
            warm_up=found.warm_up,
            data=found.data,
            resolved=found.content,
            provenance=found.provenance,
            warnings=found.warnings,
            schedule=schedule,
            digest=_digest(found.content, found.data),
        )
        return replace(scenario, warnings=(*scenario.warnings, *map(_oracle_warning, scenario.oracles)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def rules_at(self, week: int, question: str) -> list[tuple[frozenset[str] | None, Rule]]:
        """Rules for ``question`` in ``week`` (from 1; the baseline's up to 0): the firm's (None), then those that override it somewhere."""
        return list(self.schedule.rules_at(week, question))

    def variants_at(self, week: int, question: str) -> list[Variant]:
        """As :meth:`rules_at`, with rows of territories instead of names, ready for :func:`sim.rules.ask`.

        Weeks without a change between them get the very same list.
        """
        key = (question, self.schedule.rules_since(week, question))
        if key not in self._variants:
            rules = self.schedule.rules_at(week, question)
            row = {territory.name: k for k, territory in enumerate(self.world.territories)}
            self._variants[key] = [
                Variant(rule, None if names is None else frozenset(row[n] for n in names)) for names, rule in rules
            ]
        return self._variants[key]

    def policy_at(self, week: int) -> list[tuple[frozenset[str] | None, dict[str, Rule]]]:
        """All rules in force in ``week`` by question: the firm's (None), then those that differ, by territories."""
        found: dict[frozenset[str] | None, dict[str, Rule]] = {None: {}}
        for question in self.schedule.answers:
            for names, rule in self.schedule.rules_at(week, question):
                found.setdefault(names, {})[question] = rule
        return list(found.items())

    @property
    def oracles(self) -> tuple[str, ...]:
        """Rules that read the truth and apply in some week and place, as "question.kind": what they earn is an upper bound."""
        found = [
            f"{question}.{rule.kind}"
            for question, steps in self.schedule.answers.items()
            for since, rules in steps
            if since <= self.weeks
            for _, rule in rules
            if rule.reads_truth
        ]
        return tuple(dict.fromkeys(found))

    def params_at(self, week: int) -> Params:
        """Parameters in force in ``week``: those of the start except levers that changes have moved."""
        return self.schedule.params_at(week)

    @cached_property
    def past(self) -> str:
        """SHA-256 of all that has effect until week 1 begins: equal for two scenarios that share their warm-up.

        Policies and changes from week 1 on are not in it, except where markets are built for them (rivals' sales forces).
        Runs of one seed under scenarios of one past are at the start of week 1 the same to the last bit.
        """
        return digest_of(self._timeline.effects(0))

    def parts_from(self, other: Scenario, week: int) -> str:
        """The first thing that has had effect by the end of ``week`` and differs in ``other``, in words; empty for none.

        Weeks are counted from 1; those of a warm-up end with 0.
        """
        if other is self or (week == 0 and other.past == self.past):
            return ""
        return first_difference(self._timeline.effects(week), other._timeline.effects(week))

    @property
    def _timeline(self) -> Timeline:
        hashes = {} if self.data is None else self.data.hashes
        return Timeline(self.resolved, self.world, self.schedule, self.changes, self.warm_up, hashes)

    def to_toml(self) -> str:
        """The scenario as one TOML file that says everything, defaults included, and loads as an equal scenario."""
        lines = [
            f"# {self.title}".rstrip("# "),
            "# Resolved by Deepmarket: every value is written out, nothing is inherited.",
        ]
        text = "\n".join(line for line in lines if line)
        return f"{text}\n{tomli_w.dumps(dict(self.resolved))}"

    def values(self) -> Iterator[tuple[str, Any, str]]:
        """Yield (dotted path, value, who set it) of every value."""
        for path, value in leaves(self.resolved):
            yield dotted(path), value, self.provenance[dotted(path)]


def check(name_or_path: str | os.PathLike[str]) -> list[InputError]:
    """All input errors of a scenario file; empty when it is valid."""
    try:
        resolve(name_or_path, [], {})
    except InputErrors as found:
        return list(found.errors)
    return []


def _oracle_warning(rule: str) -> str:
    return f"policy.{rule} reads the truth, which no one can see: its results are an upper bound, not those of a real policy"


def _by_its_option(error: InputError, short: Mapping[str, Any]) -> InputError:
    """``error`` about a value of ``short``, the arguments of :meth:`Scenario.load`, under the argument's own name."""
    path = error.place.removeprefix("--set ")
    if error.place == path or path not in short:
        return error
    place = f"--{path.rsplit('.', 1)[-1]}"
    return InputError(place, error.problem, error.expected, error.remedy, error.meaning)


def _digest(content: Mapping[str, Any], data: DataTables | None) -> str:
    """SHA-256 of everything that can change a result: the content without descriptions, and tables by content instead of by path."""
    kept = {key: value for key, value in content.items() if key not in (*_WORDS, "data")}
    if data is not None:
        kept["data"] = data.hashes
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
