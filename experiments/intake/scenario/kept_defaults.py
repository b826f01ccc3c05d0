"""Parameters of a scenario that keep their default because the data say nothing about them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.params import Params
from sim.scenario import Scenario


@dataclass(frozen=True)
class KeptDefault:
    """A parameter of the scenario that keeps its default."""

    name: str
    value: str
    source: str


def kept_defaults(scenario: Scenario) -> list[KeptDefault]:
    """Parameters of the mechanisms that neither the data nor the import set, with the source of their default."""
    sources = {
        f"params.{section}.{name}": declaration.source
        for section in Params.model_fields
        for name, declaration in getattr(scenario.params, section).declarations()
    }
    return [
        KeptDefault(path, f"{value}", sources.get(path, ""))
        for path, value, who in scenario.values()
        if who == "default" and path.startswith(("params.", "policy."))
    ]
