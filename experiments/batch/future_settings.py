"""From a future's factors to settings: paths with wildcards, and values that multiply what the scenario holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.factor import Factor
from experiments.batch.design_file import OF_RUNS, Design, is_lever
from sim.errors import InputError, InputErrors
from sim.reading.complaints import nearest
from sim.reading.toml_text import split_key


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
                mistakes += _not_a_future(design, factor, found)
                moves[scenario][factor.name] = tuple(found)
            mistakes += _moved_twice(design, moves[scenario])
        mistakes += _fits_nowhere(design, factors, stored)
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
    pieces = re.sub(r"\*+", "*", pattern).split("*")
    return [(path, value) for path, value in values.items() if _fits(path, pieces)]


def _fits(path: str, pieces: list[str]) -> bool:
    """Whether ``path`` is made of ``pieces`` with anything between them: each is taken where it comes first, which
    leaves the most for those behind it, so nothing is ever tried again."""
    first, *middle, last = pieces
    if not (path.startswith(first) and path.endswith(last) and len(path) >= len(first) + len(last)):
        return False
    place, end = len(first), len(path) - len(last)
    for piece in middle:
        found = path.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _not_a_future(design: Design, factor: Factor, found: list[tuple[str, Any]]) -> list[InputError]:
    """Refuse what the firm chooses, what the design says itself, and what it sets for all runs (a multiple may stay)."""
    place = ("futures", "factors", factor.name)
    set_for_all = {split_key(path) for path in design.content.set}
    mistakes = []
    for path, _ in found:
        if is_lever(path):
            remedy = "put it under [levers.factors], or name it in a policy's `set`"
            problem = f"`{path}` is a lever: the firm chooses it"
            mistakes.append(design.error(place, problem, "what the firm does not choose", remedy))
        elif split_key(path) in OF_RUNS:
            remedy = f"write `{path.strip()} = …` on top of the design"
            mistakes.append(design.error(place, f"`{path}` is the same for all futures", "another setting", remedy))
        elif not factor.times and split_key(path) in set_for_all:
            problem = f"`{path}` is under [set] too, for all runs"
            mistakes.append(design.error(place, problem, "one of them", "leave it out under [set]"))
    return mistakes


def _moved_twice(design: Design, moves: Mapping[str, tuple[tuple[str, Any], ...]]) -> list[InputError]:
    movers: dict[tuple[str, ...], str] = {}
    mistakes = []
    for name, found in moves.items():
        for path, _ in found:
            first = movers.setdefault(split_key(path), name)
            if first != name:
                problem = f"`{path}` is moved by `{first}` too"
                mistakes.append(design.error(("futures", "factors", name), problem, "one factor for each setting"))
    return mistakes


def _fits_nowhere(
    design: Design, factors: tuple[Factor, ...], stored: Mapping[str, Mapping[str, Any]]
) -> list[InputError]:
    """Patterns that fit nothing, next to others that do: a typing error must not leave a setting where it is."""
    mistakes = []
    for factor in factors:
        nowhere = [pattern for pattern in factor.paths if not any(_matching(pattern, v) for v in stored.values())]
        if 0 < len(nowhere) < len(factor.paths):
            problem = f"no setting of the scenario fits `{', '.join(nowhere)}`"
            expected = "paths as `deepmarket params` lists them"
            mistakes.append(design.error(("futures", "factors", factor.name), problem, expected))
    return mistakes


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
