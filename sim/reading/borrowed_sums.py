"""Sums of money from a shipped policy in a market that is not based on a shipped scenario, where they may not fit."""

from __future__ import annotations

from pathlib import Path

from sim.reading.layers import Layers, Origin
from sim.reading.library import scenario_folder
from sim.reading.schedule import Schedule


def borrowed_sums(scenario: list[Path], layers: Layers, schedule: Schedule) -> list[str]:
    """A warning that names these sums, or nothing; ``scenario`` are the files that the scenario is made of.

    Borrowed is what a shipped policy file sets in minor units, and the rules' own sums where such a file chose the rule.
    """
    if any(_is_shipped(path) for path in scenario):
        return []
    found = []
    for question in schedule.answers:
        rule = schedule.opening(question)[0][1]
        chosen = layers.origins.get(("policy", question, "kind"))
        for name, declaration in rule.declarations():
            setter = layers.origins.get(("policy", question, name), chosen)
            if declaration.unit.startswith("minor units") and _of_library(setter):
                found.append(f"policy.{question}.{name} = {getattr(rule, name)}")
    if not found:
        return []
    advice = "set them for this company, with --set or in a policy file of your own"
    return [
        f"these sums come from a shipped policy and fit the market regional_equipment: {', '.join(found)}; {advice}"
    ]


def _of_library(origin: Origin | None) -> bool:
    return origin is not None and origin.document is not None and _is_shipped(origin.document.path)


def _is_shipped(path: Path) -> bool:
    return path.resolve().is_relative_to(scenario_folder().resolve())
