"""Reading a design: from the file to settings that fit together, or all input errors at once, each with its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import inf
from pathlib import Path

from analysis.factor import Factor
from experiments.batch.design import DesignSection, FactorSection, SamplingSection
from experiments.batch.design_limits import too_large
from experiments.batch.shipped_designs import find_design
from sim.errors import InputError, InputErrors
from sim.reading.complaints import MOST_SHOWN, Complaint, validate
from sim.reading.files import is_folder, is_there
from sim.reading.toml_text import Document, decode, document_of, split_key

#: Designs of blocks, which must stay whole.
_BLOCKS = ("saltelli", "morris")
#: Settings that the design gives by itself, to all runs alike.
OF_RUNS = (("weeks",), ("seed",))
#: Columns of the tables of a batch.
_TAKEN = ("policy", "future", "weeks", "replication", "seed", "identity", "role", "block", "step", "scenario")


@dataclass(frozen=True)
class Design:
    """A design that is sound in itself: its settings, the file, and the folder that its own files are looked up in."""

    content: DesignSection
    text: str
    file: str
    folder: Path

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The markets, at least one."""
        return self.content.scenarios or (self.content.scenario,)

    @property
    def horizons(self) -> tuple[int | None, ...]:
        """Weeks of runs; None is the scenario's own."""
        weeks = self.content.weeks
        return weeks if isinstance(weeks, tuple) else (weeks,)

    def located(self, name: str) -> str:
        """``name`` of a scenario or policy: a file next to the design where there is one."""
        local = self.folder / name
        return str(local) if is_there(local) and (name.endswith(".toml") or is_folder(local)) else name

    def error(self, path: tuple[str | int, ...], problem: str, expected: str = "", remedy: str = "") -> InputError:
        """An input error at ``path`` of the file, found later than on reading."""
        return _located(document_of(Path(self.file), self.text), Complaint(path, problem, expected, remedy))


def read_design(file: str | Path) -> Design:
    """Read and check a design by its path, its folder or its name. Raises :class:`InputErrors` with all input errors."""
    path = find_design(file)
    text = decode(path)
    return _sound(document_of(path, text), text, path.resolve().parent)


def design_of(text: str, file: str, folder: Path) -> Design:
    """A design from its text, as a batch keeps it; ``folder`` is where its files are looked up."""
    return _sound(document_of(Path(file), text), text, folder)


def _sound(document: Document, text: str, folder: Path) -> Design:
    complaints: list[Complaint] = []
    content = validate(DesignSection, document.content, (), complaints)
    if content is not None:
        complaints += too_large(content)
    if content is not None and not complaints:
        complaints += islice(_misfits(content), MOST_SHOWN)
    if content is None or complaints:
        raise InputErrors([_located(document, complaint) for complaint in complaints[:MOST_SHOWN]])
    return Design(content, text, document.path.name, folder)


def _located(document: Document, complaint: Complaint) -> InputError:
    path = ".".join(f'"{part}"' if "." in str(part) else str(part) for part in complaint.path)
    where = document.where(complaint.path)
    place = f"{where}: {path}" if path else where
    return InputError(place, complaint.problem, complaint.expected, complaint.remedy, complaint.meaning)


def _misfits(design: DesignSection) -> Iterator[Complaint]:
    """What is wrong although every setting is right by itself."""
    if bool(design.scenario) == bool(design.scenarios):
        problem = "both `scenario` and `scenarios` are given" if design.scenario else "no scenario is given"
        yield Complaint(("scenario",), problem, "one of them", 'write scenario = "regional_equipment"')
    if not design.policy and design.levers is None:
        yield Complaint(
            ("policy",), "no policy is given", "at least one [[policy]]", 'write [[policy]] name = "status_quo"'
        )
    yield from _of_policies(design)
    yield from _of_all_runs(design)
    for number, target in enumerate(design.target):
        if target.at_least is None and target.at_most is None:
            yield Complaint(("target", number), "no limit is given", "`at_least` or `at_most`")
        elif target.at_least is not None and target.at_most is not None and target.at_least > target.at_most:
            problem = f"at least {target.at_least:g} and at most {target.at_most:g} exclude each other"
            yield Complaint(("target", number), problem, "`at_least` not above `at_most`", "swap them")
    yield from _of_space(("futures",), design.futures)
    for name, factor in design.futures.factors.items():
        for path in settings_of(name, factor):
            if is_lever(path):
                remedy = "put it under [levers.factors], or name it in a policy's `set`"
                problem = f"`{path}` is a lever: the firm chooses it"
                yield Complaint(("futures", "factors", name), problem, "what the firm does not choose", remedy)
    if design.futures.fresh and design.futures.method in ("none", "grid", *_BLOCKS):
        expected = "`fresh` futures with method latin_hypercube, sobol or file"
        yield Complaint(("futures", "fresh"), f"method {design.futures.method} has no fresh futures", expected)
    if design.levers is not None:
        yield from _of_space(("levers",), design.levers, of_search=design.optimise is not None)
        for name, factor in design.levers.factors.items():
            yield from _of_lever(("levers", "factors", name), name, factor)
        yield from _set_twice(("levers", "factors"), design.levers.factors)
    if design.optimise is not None:
        yield from _of_search(design)


def _of_search(design: DesignSection) -> Iterator[Complaint]:
    """What a search cannot be made of."""
    assert design.optimise is not None
    if design.levers is None or not design.levers.factors:
        yield Complaint(("optimise",), "there is nothing to search in", "[levers.factors] with at least one lever")
    elif design.levers.method != "none":
        problem = f"method {design.levers.method} together with [optimise], which chooses the points itself"
        yield Complaint(("levers", "method"), problem, "no method under [levers], or no [optimise]")
    if len(set(design.optimise.objectives)) < len(design.optimise.objectives):
        yield Complaint(("optimise", "objectives"), "an objective is there twice", "each KPI once")
    if isinstance(design.weeks, tuple) and len(design.weeks) > 1:
        yield Complaint(("weeks",), "several horizons together with [optimise]", "one horizon to be judged by")
    if design.futures.method in _BLOCKS:
        expected = "latin_hypercube, sobol, grid or file: a search takes means over futures"
        yield Complaint(("futures", "method"), f"method {design.futures.method} together with [optimise]", expected)
    for number, policy in enumerate(design.policy):
        if policy.name.startswith("point_"):
            remedy = "points of the search are called point_1, point_2 …"
            yield Complaint(
                ("policy", number, "name"), f"`{policy.name}` is a name of the search", "another name", remedy
            )


def _of_policies(design: DesignSection) -> Iterator[Complaint]:
    names = [policy.name for policy in design.policy]
    first = {name: number for number, name in reversed(list(enumerate(names)))}
    for number, name in enumerate(names):
        if not name.strip():
            yield Complaint(("policy", number, "name"), "is empty", "a name for tables, such as `status_quo`")
        if first[name] != number:
            yield Complaint(("policy", number, "name"), f"`{name}` is there twice", "names that tell policies apart")
        for path in design.policy[number].set:
            if not is_lever(path):
                yield _not_a_lever(("policy", number, "set", path), path)
    # Policies from a space of levers get their names later; then a baseline among them is looked for.
    if design.decide.baseline and design.decide.baseline not in names and design.levers is None:
        yield Complaint(
            ("decide", "baseline"), f"`{design.decide.baseline}` is no policy", f"one of {', '.join(names)}"
        )


def _of_all_runs(design: DesignSection) -> Iterator[Complaint]:
    """Horizons, markets, and what is set for all runs: nothing twice, and nothing that a policy sets otherwise."""
    weeks = design.weeks if isinstance(design.weeks, tuple) else ()
    if design.weeks == ():
        yield Complaint(("weeks",), "no horizon is given", "one or several, such as [52, 104]")
    for key, given in (("weeks", weeks), ("scenarios", design.scenarios)):
        if twice := [value for value, count in Counter(given).items() if count > 1]:
            yield Complaint((key,), f"`{twice[0]}` is there twice", "each one once")
    moved = {path for policy in design.policy for path in policy.set}
    if design.levers is not None:
        moved |= {path for name, factor in design.levers.factors.items() for path in settings_of(name, factor)}
    keys = {split_key(path) for path in moved}
    for path in design.set:
        if split_key(path) in OF_RUNS:
            yield Complaint(
                ("set", path), f"`{path}` is a setting of the design itself", "", f"write `{path} = …` on top"
            )
        elif split_key(path) in keys:
            remedy = "leave it out here, or let every policy have it from here"
            yield Complaint(
                ("set", path), f"a policy sets `{path}` too", "a path that is the same for all runs", remedy
            )


def is_lever(path: str) -> bool:
    """Whether a path is one of the policy's, however it is written."""
    return split_key(path)[:1] == ("policy",)


def _of_lever(place: tuple[str | int, ...], name: str, factor: FactorSection) -> Iterator[Complaint]:
    for path in settings_of(name, factor):
        if not is_lever(path):
            yield _not_a_lever(place, path)
        if "*" in path:
            yield Complaint(place, f"`{path}` stands for several levers", "paths = [ … ] with each lever by its name")
    if factor.times:
        yield Complaint((*place, "times"), "a lever is set, not multiplied", "values of the lever itself")


def _set_twice(place: tuple[str | int, ...], factors: Mapping[str, FactorSection]) -> Iterator[Complaint]:
    """Factors that move a setting which another one moves already."""
    movers: dict[tuple[str, ...], str] = {}
    for name, factor in factors.items():
        for path in dict.fromkeys(settings_of(name, factor)):
            first = movers.setdefault(split_key(path), name)
            if first != name:
                yield Complaint((*place, name), f"`{path}` is moved by `{first}` too", "one factor for each setting")


def _not_a_lever(place: tuple[str | int, ...], path: str) -> Complaint:
    remedy = "uncertainties go under [futures.factors], what holds for all runs under [set]"
    return Complaint(place, f"`{path}` is no lever", "a path that starts with `policy.`", remedy)


def _of_space(place: tuple[str, ...], space: SamplingSection, of_search: bool = False) -> Iterator[Complaint]:
    if space.method == "none" and space.factors and not of_search:
        yield Complaint((*place, "method"), "factors are given, and no method", "grid, latin_hypercube, sobol …")
    if place == ("levers",) and space.method == "none" and not space.factors:
        yield Complaint((*place, "method"), "no levers are moved", "a method and [levers.factors]", "or leave it out")
    if space.method not in ("none", "file") and not space.factors:
        yield Complaint((*place, "factors"), f"method {space.method} has no factors", "a table of factors")
    if (space.method == "file") != bool(space.file):
        expected = '`file = "points.csv"` together with `method = "file"`'
        yield Complaint((*place, "file"), "method and file do not fit", expected)
    for name, factor in space.factors.items():
        if not name.strip():
            yield Complaint((*place, "factors", name), "a factor without a name", "a name, and `path = …`")
        if name in _TAKEN:
            yield Complaint(
                (*place, "factors", name), f"`{name}` is a column of results", "another name, and `path = …`"
            )
        yield from _of_factor((*place, "factors", name), factor, space.method)


def _of_factor(place: tuple[str, ...], factor: FactorSection, method: str) -> Iterator[Complaint]:
    ranged = factor.low is not None or factor.high is not None
    if ranged == bool(factor.levels):
        yield Complaint(place, "neither or both of a range and levels are given", "`low` and `high`, or `levels`")
        return
    if factor.path and factor.paths:
        yield Complaint(place, "both `path` and `paths` are given", "one of them")
    if factor.levels:
        if len(factor.levels) < 2 and method not in ("grid", "file"):
            yield Complaint((*place, "levels"), "one level is no choice", "at least two levels")
        yield from _of_levels((*place, "levels"), factor)
        return
    if factor.low is None or factor.high is None:
        yield Complaint(place, "one end of the range is missing", "`low` and `high`")
        return
    if not _can_be_drawn(factor.low, factor.high, factor):
        problem = f"the range from {factor.low:g} to {factor.high:g} is wider than numbers can tell"
        yield Complaint(place, problem, "ends up to 1e15" if factor.whole else "ends up to 1e300")
    elif factor.low >= factor.high:
        yield Complaint((*place, "low"), f"found {factor.low:g}, not below high = {factor.high:g}", "low < high")
    elif factor.log and factor.low <= 0:
        yield Complaint((*place, "low"), f"found {factor.low:g} with log = true", "a range above 0")
    elif factor.whole and (factor.low != int(factor.low) or factor.high != int(factor.high)):
        yield Complaint(place, "whole = true with ends that are not", "whole numbers")
    if method == "grid":
        yield Complaint(place, "a grid needs levels, this is a range", "levels = [ … ]", "or choose latin_hypercube")


def _can_be_drawn(low: float, high: float, factor: FactorSection) -> bool:
    """Whether every point of a range is a number, and whole ones are exact."""
    return (
        min(low, high) >= -1e300
        and max(low, high) <= 1e300
        and (max(abs(low), abs(high)) <= 1e15 if factor.whole else not factor.log or low <= 0 or high / low < inf)
    )


def _of_levels(place: tuple[str | int, ...], factor: FactorSection) -> Iterator[Complaint]:
    kinds = {"number" if type(level) in (int, float) else type(level).__name__ for level in factor.levels}
    if len(kinds) > 1:
        yield Complaint(place, "levels of several kinds", "only numbers, only texts, or only true and false")
    elif len(set(factor.levels)) < len(factor.levels):
        yield Complaint(place, "a level is there twice", "each level once")
    elif factor.times and kinds != {"number"}:
        yield Complaint(place, "times = true with levels that are no numbers", "numbers that multiply")


def settings_of(name: str, factor: FactorSection) -> tuple[str, ...]:
    """The paths that a factor sets."""
    return factor.paths or (factor.path or name,)


def factors_of(sections: Mapping[str, FactorSection]) -> tuple[Factor, ...]:
    """Factors as analysis knows them."""
    return tuple(
        Factor(
            name,
            float(section.low) if section.low is not None else 0.0,
            float(section.high) if section.high is not None else 1.0,
            section.levels,
            section.log,
            section.whole,
            section.times,
            settings_of(name, section),
            section.unit,
        )
        for name, section in sections.items()
    )
