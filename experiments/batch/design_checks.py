"""Checking a design against its market: what can be known to be wrong without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.factor import Factor
from experiments.batch.design_file import Design
from experiments.runs.run import Base
from experiments.runs.worker import load
from sim.errors import InputError, InputErrors
from sim.reading.complaints import suggest

if TYPE_CHECKING:
    from experiments.batch.future_settings import Settings


def stored_values(scenario: str, base: Base) -> dict[str, Any]:
    """Every value of the scenario by its dotted path."""
    return {path: value for path, value, _ in load(scenario, base.policy, dict(base.settings)).values()}


def check_kpis(design: Design) -> list[InputError]:
    """KPIs that no run reports, or that cannot be judged by."""
    from sim.scoring.kpis import KPIS

    known = {kpi.name: kpi.direction for kpi in KPIS}
    content = design.content
    named: list[tuple[tuple[str | int, ...], str, bool]] = [(("decide", "kpi"), content.decide.kpi, True)]
    named += [(("target", number, "kpi"), target.kpi, False) for number, target in enumerate(content.target)]
    named += [(("outputs", "kpis"), name, False) for name in content.outputs.kpis]
    if content.optimise is not None:
        named += [(("optimise", "objectives"), name, True) for name in content.optimise.objectives]
    mistakes = []
    for place, name, judged in named:
        if name not in known:
            mistakes.append(design.error(place, f"`{name}` is no KPI", "", suggest(name, known)))
        elif judged and known[name] == "none":
            mistakes.append(design.error(place, f"neither more nor less of `{name}` is better", "one with a direction"))
    return mistakes


def check_verb(design: Design, searches: bool) -> None:
    """Refuse a design that is for the other verb: with ``[optimise]`` it is searched, without it is run.

    Raises :class:`InputErrors`.
    """
    asked = design.content.optimise is not None
    if asked and not searches:
        problem, remedy = "asks for a search, and this runs listed policies", "use `deepmarket batch optimise`"
        raise InputErrors([design.error(("optimise",), problem, "a design without [optimise]", remedy)])
    if searches and not asked:
        remedy = "add [optimise] with objectives, or use `deepmarket batch run`"
        raise InputErrors([design.error((), "asks for no search", "a section [optimise]", remedy)])


def check_levers(design: Design, levers: tuple[Factor, ...], bases: Mapping[tuple[str, str], Base]) -> None:
    """Load every scenario under the policy that a search starts from, each lever at both ends (or at every level).

    What only goes wrong in combination is found by the point that has it, and recorded as its failure.
    Raises :class:`InputErrors` with the line of each lever.
    """
    space = design.content.levers
    assert space is not None
    mistakes: dict[str, InputError] = {}
    for scenario in dict.fromkeys(where for where, _ in bases):
        for lever in levers:
            for value in lever.levels or (lever.at(0.0)[0], lever.at(1.0)[0]):
                moved = {**design.content.set, **dict.fromkeys(lever.paths, value)}
                try:
                    load(scenario, design.located(space.base), moved)
                except InputErrors as errors:
                    for error in errors.errors:
                        problem = f"at {value}: {error.place.removeprefix('--set ')}: {error.problem}"
                        found = design.error(("levers", "factors", lever.name), problem, error.expected, error.remedy)
                        mistakes[str(found)] = found
    if mistakes:
        raise InputErrors(list(mistakes.values()))


def check_factors(
    design: Design,
    factors: tuple[Factor, ...],
    settings: Settings,
    bases: Mapping[tuple[str, str], Base],
    policy: str,
) -> None:
    """Load every scenario at both ends of each factor (or each level), the others left as they are.

    What only goes wrong in combination is found by the run that has it, and recorded as its failure.
    Raises :class:`InputErrors` with the line of each factor.
    """
    mistakes: dict[str, InputError] = {}
    for scenario in map(design.located, design.scenarios):
        base = bases[scenario, policy]
        for factor in factors:
            if factor.name == "scenario":
                continue
            for value in factor.levels or (factor.low, factor.high):
                moved = settings.only(scenario, factor.name, value)
                try:
                    load(scenario, base.policy, {**dict(base.settings), **moved})
                except InputErrors as errors:
                    for error in errors.errors:
                        problem = f"at {value}: {error.place.removeprefix('--set ')}: {error.problem}"
                        found = design.error(("futures", "factors", factor.name), problem, error.expected, error.remedy)
                        mistakes[str(found)] = found
    if mistakes:
        raise InputErrors(list(mistakes.values()))
