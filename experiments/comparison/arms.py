"""The arms of a comparison: which policies, and which runs each takes, checked as a whole before the first one starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.upper_bounds import titled
from experiments.policy_words import policy_words
from experiments.runs.identity import identify
from experiments.runs.run import ALL_TABLES, Base, Run, set_options
from experiments.runs.worker import base_of, load
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from sim.scenario import Scenario


def labelled_run(base: Base, label: str, seed: int) -> Run:
    """A run of which everything is kept, known by its label too: a policy compared with itself runs twice."""
    return Run(base, label, seed, identify(base, {}, None, seed, ALL_TABLES, label))


@dataclass(frozen=True)
class Arm:
    """One policy of a comparison: ``label`` names it in tables, ``policy`` is what to load."""

    label: str
    policy: str
    title: str
    description: str
    scenario: Scenario


@dataclass(frozen=True)
class ComparisonPlan:
    """A comparison as planned: the first arm is the baseline; replication r has seed ``seed`` + r for every arm."""

    scenario: str
    arms: tuple[Arm, ...]
    seed: int
    overrides: Mapping[str, Any]
    weeks: int | None

    @property
    def baseline(self) -> Arm:
        """The arm that others are compared with."""
        return self.arms[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Surprising values of the scenario under any of the policies, each once."""
        return tuple(dict.fromkeys(warning for arm in self.arms for warning in arm.scenario.warnings))

    @property
    def settings(self) -> tuple[str, ...]:
        """Options of the shell line that say what was set apart from scenario, policies and seed."""
        weeks = () if self.weeks is None else (f"--weeks {self.weeks}",)
        return (*weeks, *set_options(self.overrides))

    def runs(self, first: int, last: int) -> list[Run]:
        """Runs of replications ``first`` to ``last`` − 1 (from 0), all policies of a replication together."""
        return [self.run(arm, self.seed + r) for r in range(first, last) for arm in self.arms]

    def run(self, arm: Arm, seed: int) -> Run:
        """The run of one policy with one seed."""
        base = base_of(self.scenario, arm.policy, self.overrides, arm.scenario, self.weeks)
        return labelled_run(base, arm.label, seed)


def plan_comparison(
    scenario: str,
    policies: Sequence[str],
    *,
    seed: int | None = None,
    weeks: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    most: int = 1,
) -> ComparisonPlan:
    """Load the scenario once with every policy; at ``most`` so many replications will be done.

    Raises :class:`InputErrors` with the input errors of all policies.
    """
    from sim.seeds import check_seed

    if len(policies) < 2:
        from sim.reading.library import available_policies

        shipped = f"shipped: {', '.join(available_policies())}"
        raise _mistake("policies", f"{len(policies)} given", "at least two, the baseline first", shipped)
    if seed is not None:
        check_seed(seed, "--seed", most)  # before the scenarios are read, which takes longer
    arms: list[Arm] = []
    mistakes: list[InputError] = []
    for policy in policies:
        try:
            loaded = load(scenario, policy, overrides or {}, weeks)
        except InputErrors as errors:
            seen = {str(known) for known in mistakes}
            mistakes += [error for error in errors.errors if str(error) not in seen]
            continue
        earlier = sum(arm.policy == policy for arm in arms)
        arms.append(_arm(policy, f" ({earlier + 1})" if earlier else "", scenario, loaded))
    if mistakes:
        raise InputErrors(mistakes)
    first = check_seed(arms[0].scenario.seed if seed is None else seed, "--seed", most)
    return ComparisonPlan(scenario, _distinct(arms), first, dict(overrides or {}), weeks)


def _arm(policy: str, again: str, scenario: str, loaded: Scenario) -> Arm:
    title, description = policy_words(policy, scenario)
    title = titled(title + again, bool(loaded.oracles))
    name = Path(policy).stem if policy.endswith(".toml") else policy
    return Arm(name + again, policy, title, description, loaded)


def _distinct(arms: Sequence[Arm]) -> tuple[Arm, ...]:
    """Refuse two different files that tables would call by the same name; distinguish equal titles by the label."""
    labels = [arm.label for arm in arms]
    for arm in arms:
        if labels.count(arm.label) > 1:
            raise _mistake("policies", f"two files are called `{arm.label}`", "names that tell policies apart")
    titles = [arm.title for arm in arms]
    return tuple(
        replace(arm, title=f"{arm.title} ({arm.label})") if titles.count(arm.title) > 1 else arm for arm in arms
    )


def unknown_kpis(place: str, names: Sequence[str]) -> list[InputError]:
    """An input error for every name that is no KPI; ``place`` is the option that gave them."""
    from sim.reading.complaints import suggest
    from sim.scoring.kpis import KPIS

    known = [kpi.name for kpi in KPIS]
    return [
        InputError(f"{place} {name}", "there is no such KPI", "", suggest(name, known))
        for name in names
        if name not in known
    ]


def _mistake(place: str, problem: str, expected: str, remedy: str = "") -> InputErrors:
    return InputErrors([InputError(place, problem, expected, remedy)])
