"""A rehearsal: the market is built and its first weeks are run, in small, to find out what only they refuse.

What a rule answers, and whether parts of a world fit each other once they are drawn, shows when it is tried. Errors are
reported with the user's own values: the path, who set it, and what it is, instead of the rule that stumbled over it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from sim.scenario import Scenario

#: Weeks that are run.
WEEKS = 2
#: Customers of a rehearsal where they are generated; fewer where the scenario has fewer.
CUSTOMERS = 2_000
#: Customers of a table, or distributors, beyond which a rehearsal would be no small thing: then there is none.
_MOST = 200_000
_SHOWN = 4


def rehearse(
    scenario: Scenario, name: str, policy: Sequence[str] | None = None, overrides: Mapping[str, Any] | None = None
) -> list[InputError]:
    """What building the market or running its first two weeks refuses; nothing for a sound one.

    ``scenario`` is what loading ``name`` under ``policy`` with ``overrides`` gave.
    """
    from sim.scenario import Scenario as Loader

    tables = scenario.data is not None and scenario.data.customers is not None
    distributors = len(scenario.world.distributors)
    if max(scenario.world.customers if tables else 0, distributors) > _MOST:
        return []
    given = {**dict(overrides or {}), "weeks": min(scenario.weeks, WEEKS)}
    if scenario.warm_up.weeks:
        given["warm_up.weeks"] = min(scenario.warm_up.weeks, WEEKS)
    least = 4 * distributors if scenario.data is None or scenario.data.ties is None else _MOST
    if not tables and scenario.world.customers > max(CUSTOMERS, least):
        given["world.customers"] = max(CUSTOMERS, least)
    try:
        small = Loader.load(name, policy=policy, overrides=given)
    except InputErrors:
        small = scenario  # it fits together only as a whole
    return _run(small, scenario)


def _run(small: Scenario, scenario: Scenario) -> list[InputError]:
    from sim import Market

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            market = Market(small)
            for _ in range(min(small.weeks, WEEKS)):
                market.step()
            _ = market.results.scorecard
    except InputErrors as errors:
        return [in_own_words(error, scenario) for error in errors.errors]
    except InputError as error:
        return [in_own_words(error, scenario)]
    except (ArithmeticError, AssertionError, LookupError, MemoryError, TypeError, ValueError) as error:
        wording = str(error).splitlines()[0] if str(error) else ""
        problem = f"the first weeks cannot be run: {type(error).__name__}{': ' + wording if wording else ''}"
        remedy = f"not as by default: {_listed(_changed(scenario, ''), scenario)}"
        return [InputError(scenario.name, problem, "settings under which a market can be run", remedy)]
    return []


def in_own_words(error: InputError, scenario: Scenario) -> InputError:
    """``error`` of a running market with the settings that it is about, and who set them."""
    paths = [error.place] if error.place in scenario.provenance else _changed(scenario, f"{error.place}.")
    paths = paths or [path for path in scenario.provenance if path.startswith(f"{error.place}.")]
    if not paths:
        return error
    wording = re.sub(r"^the rules? .* answered (with )?", "", error.problem)
    who, path = scenario.provenance[paths[0]].split("; ")[0], paths[0]
    place = who if who.endswith(path) else f"{who.removeprefix('policy ').removeprefix('file ')}, {path}"
    values = _listed(paths, scenario)
    remedy = "give it another value" if len(paths) == 1 else "give one of them another value"
    return InputError(place, f"{values}: {wording}, once the market runs", error.expected, remedy, error.meaning)


def _changed(scenario: Scenario, start: str) -> list[str]:
    """Paths below ``start`` that somebody has set, those of the command line first; kinds only where nothing else is."""
    found = [path for path, who in scenario.provenance.items() if path.startswith(start) and who != "default"]
    numbers = [path for path in found if not path.endswith(".kind")]
    return sorted(numbers or found, key=lambda path: not scenario.provenance[path].startswith("--"))


def _listed(paths: Sequence[str], scenario: Scenario) -> str:
    from sim.reading.complaints import show

    values = {path: value for path, value, _ in scenario.values()}
    wording = [
        f"{path} = {show(values[path])} ({scenario.provenance[path]})" for path in paths[:_SHOWN] if path in values
    ]
    return ", ".join(wording) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
