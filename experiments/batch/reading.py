"""Reading a design: from the file to settings that fit together, or all mistakes at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.factor import Factor
from experiments.batch.design import DesignSection, FactorSection, SamplingSection
from experiments.batch.library import find_design
from sim.errors import InputError, InputErrors
from sim.reading.complaints import Complaint, validate
from sim.reading.toml_text import Document, read_document

#: Designs of blocks, which must stay whole.
_BLOCKS = ("saltelli", "morris")
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
        """``name`` of a scenario or policy: a file beside the design where there is one."""
        beside = self.folder / name
        return str(beside) if beside.exists() and (name.endswith(".toml") or beside.is_dir()) else name

    def error(self, path: tuple[str | int, ...], problem: str, expected: str = "", remedy: str = "") -> InputError:
        """A mistake at ``path`` of the file, found later than on reading."""
        return _located(_document(self.text, self.file), Complaint(path, problem, expected, remedy))


def read_design(file: str | Path) -> Design:
    """Read and check a design by its path, its folder or its name. Raises :class:`InputErrors` with all mistakes."""
    path = find_design(file)
    return _sound(read_document(path), path.read_text(encoding="utf-8-sig"), path.resolve().parent)


def design_of(text: str, file: str, folder: Path) -> Design:
    """A design from its text, as a batch keeps it; ``folder`` is where its files are looked up."""
    return _sound(_document(text, file), text, folder)


def _sound(document: Document, text: str, folder: Path) -> Design:
    complaints: list[Complaint] = []
    content = validate(DesignSection, document.content, (), complaints)
    if content is not None:
        complaints += _misfits(content)
    if content is None or complaints:
        raise InputErrors([_located(document, complaint) for complaint in complaints])
    return Design(content, text, document.path.name, folder)


def _document(text: str, file: str) -> Document:
    import tomllib

    from sim.reading.toml_text import locate_keys

    return Document(Path(file), tomllib.loads(text), locate_keys(text))


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
    names = [policy.name for policy in design.policy]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Complaint(("policy", number, "name"), f"`{name}` is there twice", "names that tell policies apart")
        for path in design.policy[number].set:
            if not path.startswith("policy."):
                yield _not_a_lever(("policy", number, "set", path), path)
    if design.decide.baseline and design.decide.baseline not in names:
        yield Complaint(
            ("decide", "baseline"), f"`{design.decide.baseline}` is no policy", f"one of {', '.join(names)}"
        )
    for number, target in enumerate(design.target):
        if target.at_least is None and target.at_most is None:
            yield Complaint(("target", number), "no limit is given", "`at_least` or `at_most`")
    yield from _of_space(("futures",), design.futures)
    for name, factor in design.futures.factors.items():
        for path in settings_of(name, factor):
            if path.startswith("policy."):
                remedy = "put it under [levers.factors], or name it in a policy's `set`"
                problem = f"`{path}` is a lever: the firm chooses it"
                yield Complaint(("futures", "factors", name), problem, "what the firm does not choose", remedy)
    if design.futures.fresh and design.futures.method in ("none", "grid", *_BLOCKS):
        expected = "`fresh` futures with method latin_hypercube, sobol or file"
        yield Complaint(("futures", "fresh"), f"method {design.futures.method} has no fresh futures", expected)
    if design.levers is not None:
        yield from _of_space(("levers",), design.levers, of_search=design.optimise is not None)
        for name, factor in design.levers.factors.items():
            for path in settings_of(name, factor):
                if not path.startswith("policy."):
                    yield _not_a_lever(("levers", "factors", name), path)
                if factor.times:
                    problem = "times = true: levers are set, they do not multiply what the policy holds"
                    yield Complaint(("levers", "factors", name, "times"), problem, "values as the policy takes them")
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
        yield Complaint(("optimise", "objectives"), "an objective is there twice", "each key figure once")
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


def _not_a_lever(place: tuple[str | int, ...], path: str) -> Complaint:
    remedy = "uncertainties go under [futures.factors], what holds for all runs under [set]"
    return Complaint(place, f"`{path}` is no lever", "a path that starts with `policy.`", remedy)


def _of_space(place: tuple[str, ...], space: SamplingSection, of_search: bool = False) -> Iterator[Complaint]:
    if space.method == "none" and space.factors and not of_search:
        yield Complaint((*place, "method"), "factors are given, and no method", "grid, latin_hypercube, sobol …")
    if space.method not in ("none", "file") and not space.factors:
        yield Complaint((*place, "factors"), f"method {space.method} has no factors", "a table of factors")
    if (space.method == "file") != bool(space.file):
        expected = '`file = "points.csv"` together with `method = "file"`'
        yield Complaint((*place, "file"), "method and file do not fit", expected)
    for name, factor in space.factors.items():
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
        if len({str(level) for level in factor.levels}) < len(factor.levels):
            yield Complaint((*place, "levels"), "a level is there twice", "each level once")
        return
    if factor.low is None or factor.high is None:
        yield Complaint(place, "one end of the range is missing", "`low` and `high`")
        return
    if factor.low >= factor.high:
        yield Complaint((*place, "low"), f"found {factor.low:g}, not below high = {factor.high:g}", "low < high")
    elif factor.log and factor.low <= 0:
        yield Complaint((*place, "low"), f"found {factor.low:g} with log = true", "a range above 0")
    elif factor.whole and (factor.low != int(factor.low) or factor.high != int(factor.high)):
        yield Complaint(place, "whole = true with ends that are not", "whole numbers")
    if method == "grid":
        yield Complaint(place, "a grid needs levels, this is a range", "levels = [ … ]", "or choose latin_hypercube")


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
