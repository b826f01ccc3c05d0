"""From a future's factors to settings: paths with wildcards, and values that multiply what the scenario holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from analysis.factor import Factor
from experiments.batch.reading import Design
from sim.errors import InputError, InputErrors
from sim.reading.complaints import nearest


@dataclass(frozen=True)
class Settings:
    """What each factor sets in each scenario: path, and the value there for factors that multiply it."""

    moves: Mapping[str, Mapping[str, tuple[tuple[str, Any], ...]]]
    times: frozenset[str]

    @classmethod
    def of_design(
        cls, design: Design, factors: tuple[Factor, ...], stored: Mapping[str, Mapping[str, Any]]
    ) -> Settings:
        """Find every path of every factor in every scenario. Raises :class:`InputErrors` for those that are not there."""
        moves: dict[str, dict[str, tuple[tuple[str, Any], ...]]] = {}
        mistakes: list[InputError] = []
        for scenario, values in stored.items():
            moves[scenario] = {}
            for factor in factors:
                if factor.name == "scenario":
                    continue
                found = [(path, value) for pattern in factor.paths for path, value in _matching(pattern, values)]
                mistakes += _misfits(design, factor, values, found)
                moves[scenario][factor.name] = tuple(found)
        if mistakes:
            raise InputErrors(list({str(mistake): mistake for mistake in mistakes}.values()))
        return cls(moves, frozenset(factor.name for factor in factors if factor.times))

    def of(self, scenario: str, future: Mapping[str, Any]) -> dict[str, Any]:
        """Settings of a future by path."""
        found: dict[str, Any] = {}
        for name in self.moves[scenario]:
            found.update(self.only(scenario, name, future[name]))
        return found

    def only(self, scenario: str, name: str, given: Any) -> dict[str, Any]:
        """Settings of one factor alone, at value ``given``."""
        given = given.item() if hasattr(given, "item") else given
        return {
            path: _fitting(given * value if name in self.times else given, value)
            for path, value in self.moves[scenario][name]
        }


def _fitting(given: Any, stored: Any) -> Any:
    """``given`` as a whole number where the scenario holds one (money in minor units, weeks, heads)."""
    whole = isinstance(stored, int) and not isinstance(stored, bool)
    return round(given) if whole and isinstance(given, float) else given


def _matching(pattern: str, values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if "*" not in pattern:
        return [(pattern, values.get(pattern))]
    return [(path, value) for path, value in values.items() if fnmatchcase(path, pattern)]


def _misfits(
    design: Design, factor: Factor, values: Mapping[str, Any], found: list[tuple[str, Any]]
) -> list[InputError]:
    place = ("futures", "factors", factor.name)
    if not found:
        problem = f"no setting of the scenario fits `{', '.join(factor.paths)}`"
        return [design.error(place, problem, "a path as `deepmarket params` lists them")]
    mistakes = []
    for path, value in found:
        if path not in values and factor.times:
            close = nearest(path, values)
            remedy = f"did you mean `{close}`?" if close else "`deepmarket params` lists all paths"
            mistakes.append(design.error(place, f"the scenario has no `{path}`", "a path with a number", remedy))
        elif factor.times and (isinstance(value, bool) or not isinstance(value, int | float)):
            mistakes.append(design.error(place, f"times = true, and `{path}` holds {value!r}", "a path with a number"))
    return mistakes
