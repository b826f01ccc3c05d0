"""Rehearsing a design: every policy, and every factor and lever at its ends, for two weeks in small markets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from experiments.batch.batch_plan import BatchPlan, Policy, placed
from experiments.batch.design_file import factors_of
from experiments.rehearsal import rehearse
from experiments.runs.run import AS_WRITTEN
from experiments.runs.worker import load
from sim.errors import InputError, InputErrors

#: Rehearsals of one design; each takes a twentieth of a second. The rest is found by the runs themselves.
MOST = 200


def rehearse_plan(plan: BatchPlan) -> list[InputError]:
    """What the first weeks of the design's runs refuse, each input error once, with its line in the design."""
    mistakes: dict[str, InputError] = {}
    for scenario, policy, moved in islice(_cases(plan), MOST):
        overlays = None if policy.loads == AS_WRITTEN else [policy.loads]
        settings = {**dict(plan.design.content.set), **policy.levers, **moved}
        try:
            found = rehearse(load(scenario, policy.loads, settings), scenario, overlays, settings)
        except InputErrors:
            continue  # reported when the design is planned
        for error in found:
            wording = _at(plan, moved, error) or placed(plan.design, policy, error)
            mistakes.setdefault(str(wording), wording)
    return list(mistakes.values())


def _cases(plan: BatchPlan) -> Iterator[tuple[str, Policy, Mapping[str, Any]]]:
    """(scenario, policy, settings on top): policies as they are, then each factor and each lever at its ends."""
    content = plan.design.content
    scenarios = list(map(plan.design.located, plan.design.scenarios))
    for scenario in scenarios:
        for policy in plan.policies:
            yield scenario, policy, {}
        for factor in plan.factors:
            if factor.name != "scenario":
                for value in factor.levels or (factor.at(0.0)[0], factor.at(1.0)[0]):
                    yield scenario, plan.policies[0], plan.settings.only(scenario, factor.name, value)
        if content.levers is not None and content.optimise is not None:
            base = Policy("levers", plan.design.located(content.levers.base), {}, plan.policies[0].label)
            for lever in factors_of(content.levers.factors):
                for value in lever.levels or (lever.at(0.0)[0], lever.at(1.0)[0]):
                    yield scenario, base, dict.fromkeys(lever.paths, value)


def _at(plan: BatchPlan, moved: Mapping[str, Any], error: InputError) -> InputError | None:
    """The input error at the line of the factor or lever that was moved; None when it is about none."""
    path = error.place.removeprefix("--set ").split(", ")[-1]
    if path not in moved:
        return None
    content = plan.design.content
    for factor in plan.factors:
        if any(
            path == one
            for one, _ in plan.settings.moves.get(plan.design.located(plan.design.scenarios[0]), {}).get(
                factor.name, ()
            )
        ):
            return plan.design.error(("futures", "factors", factor.name), error.problem, error.expected, error.remedy)
    for lever in factors_of(content.levers.factors) if content.levers is not None else ():
        if path in lever.paths:
            return plan.design.error(("levers", "factors", lever.name), error.problem, error.expected, error.remedy)
    return None
