"""The points that a search asked for: what they set, the file that keeps them, and the plan of their runs.

points.json of the batch's folder holds every point in the order of asking, written before its first run starts, and
the names of the points that are checked at the end.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import chain
from typing import Any

from analysis.digests import digest_of
from analysis.factor import Value
from analysis.study import PolicyLabel
from experiments.batch.batch_folder import BatchFolder
from experiments.batch.batch_plan import BatchPlan, Policy
from experiments.batch.design_file import factors_of
from experiments.batch.nsga2 import decode
from experiments.batch.unit_cube import Shares
from experiments.runs.run import Base, Run
from experiments.runs.worker import load
from experiments.whole_files import write_file
from sim.errors import InputError, InputErrors

FILE = "points.json"


@dataclass(frozen=True)
class Point:
    """A point that the search asked for in ``generation`` (from 1): ``levers`` by name.

    ``digests`` are those of the scenarios under it, by scenario, once it is loaded; ``error`` says why it cannot be.
    """

    name: str
    generation: int
    levers: Mapping[str, Value]
    digests: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    upper_bound: bool = False  # an oracle is among its rules


@dataclass(frozen=True)
class SearchPlan(BatchPlan):
    """The plan of a search as far as it has come: its policies are those listed, then ``points`` that could be loaded.

    The search meets the study futures in the design's replications, all points with the same seeds. The check meets
    fresh futures (the study futures when the design has none) in ``check_replications`` further ones, which no point
    was chosen by.
    """

    points: tuple[Point, ...] = ()
    checked: tuple[str, ...] = ()

    @property
    def asked(self) -> frozenset[str]:
        """Names of the points."""
        return frozenset(point.name for point in self.points)

    @property
    def listed(self) -> tuple[str, ...]:
        """Names of the policies that the design lists."""
        return tuple(policy.name for policy in self.policies if policy.name not in self.asked)

    @property
    def check_replications(self) -> int:
        """Further replications in which the front is checked."""
        content = self.design.content
        wanted = content.optimise.check_replications if content.optimise is not None else None
        return content.replications if wanted is None else wanted

    @property
    def check_role(self) -> str:
        """The futures in which the front is checked."""
        return "fresh" if (self.futures["role"] == "fresh").any() else "study"

    @property
    def most_points(self) -> int:
        """How many points the search may ask for."""
        wanted = self.design.content.optimise
        return 0 if wanted is None else wanted.population * wanted.generations

    @property
    def count(self) -> int:
        """The most runs that the search itself may need, without its check."""
        study = int((self.futures["role"] == "study").sum())
        return (len(self.listed) + self.most_points) * study * self.design.content.replications

    def runs(self) -> Iterator[Run]:
        """Runs of all points so far, then those of the check."""
        return chain(self.searching([policy.name for policy in self.policies]), self.checking())

    def searching(self, names: Collection[str]) -> Iterator[Run]:
        """Runs of the search for the policies and points in ``names``."""
        part = self._part(names, "study")
        for replication in range(self.design.content.replications):
            yield from part.of_replication(replication)

    def checking(self) -> Iterator[Run]:
        """Runs of the check: the points of the front, and the listed policies with them; none before it begins."""
        if not self.checked:
            return
        part = self._part({*self.listed, *self.checked}, self.check_role)
        first = self.design.content.replications
        for replication in range(first, first + self.check_replications):
            yield from part.of_replication(replication)

    def _part(self, names: Collection[str], role: str) -> SearchPlan:
        policies = tuple(policy for policy in self.policies if policy.name in names)
        return replace(self, policies=policies, futures=self.futures[self.futures["role"] == role])

    def named(self, generation: int, genes: Shares) -> list[Point]:
        """Points ``genes`` [points, levers] of a generation, numbered on from those before; nothing is loaded yet."""
        assert self.design.content.levers is not None
        levers = factors_of(self.design.content.levers.factors)
        names = [lever.name for lever in levers]
        first = len(self.points) + 1
        return [
            Point(f"point_{number}", generation, dict(zip(names, decode(levers, row), strict=True)))
            for number, row in enumerate(genes, first)
        ]

    def with_points(self, points: Sequence[Point]) -> SearchPlan:
        """This plan with further points, loaded where they were not yet; one that cannot be loaded is kept with what is
        wrong, and has no runs."""
        policies, bases, kept = list(self.policies), dict(self.bases), list(self.points)
        for point in points:
            policy = self._policy(point)
            point = point if point.digests or point.error else self._loaded(point, policy)
            kept.append(point)
            policy = policy.as_bound() if point.upper_bound else policy
            if not point.error:
                policies.append(policy)
                settings = tuple({**self.design.content.set, **policy.levers}.items())
                later = all(path.startswith("policy.") for path in policy.levers)
                for scenario, digest in point.digests.items():
                    past = next((base.past for (of, _), base in bases.items() if of == scenario and later), None)
                    bases[scenario, point.name] = Base(scenario, policy.loads, settings, digest, past=past)
        return replace(self, policies=tuple(policies), bases=bases, points=tuple(kept))

    def _loaded(self, point: Point, policy: Policy) -> Point:
        settings = {**self.design.content.set, **policy.levers}
        try:
            loaded = {
                located: load(located, policy.loads, settings)
                for located in map(self.design.located, self.design.scenarios)
            }
        except InputErrors as errors:
            return replace(point, error="; ".join(f"{error.place}: {error.problem}" for error in errors.errors))
        digests = {located: scenario.digest for located, scenario in loaded.items()}
        return replace(point, digests=digests, upper_bound=any(scenario.oracles for scenario in loaded.values()))

    def _policy(self, point: Point) -> Policy:
        space = self.design.content.levers
        assert space is not None
        paths = {factor.name: factor.paths for factor in factors_of(space.factors)}
        levers = {path: value for name, value in point.levers.items() for path in paths[name]}
        names = _short_names(list(point.levers))
        wording = ", ".join(f"{names[name]}={_short(value)}" for name, value in point.levers.items())
        return Policy(point.name, self.design.located(space.base), levers, PolicyLabel(wording))


def search_plan(plan: BatchPlan) -> SearchPlan:
    """The plan of a search that has asked for nothing yet, from the plan of its design."""
    return SearchPlan(**{own.name: getattr(plan, own.name) for own in fields(BatchPlan)})


def write_points(plan: SearchPlan, folder: BatchFolder) -> None:
    """Keep the points and what is checked."""
    content = {"points": [asdict(point) for point in plan.points], "checked": list(plan.checked)}
    digest = digest_of(json.dumps(content, sort_keys=True))
    write_file(folder.path / FILE, json.dumps({**content, "digest": digest}, indent=1, ensure_ascii=False))


def kept_points(folder: BatchFolder) -> tuple[list[Point], tuple[str, ...]]:
    """The points that the folder keeps, and which of them are checked; none before the first were asked for.

    Raises :class:`InputErrors` when the file is damaged.
    """
    file = folder.path / FILE
    if not file.is_file():
        return [], ()
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("digest") != digest_of(json.dumps(content, sort_keys=True)):
            raise ValueError("it is not what was written")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = "move it away: the search asks for the same points again, and its runs are kept"
        raise InputErrors([InputError(str(file), f"is damaged: {error}", "the points of a search", remedy)]) from None
    return [Point(**point) for point in content["points"]], tuple(content["checked"])


def with_kept_points(plan: BatchPlan, folder: BatchFolder) -> SearchPlan:
    """The plan of a search with the points that its folder keeps."""
    if isinstance(plan, SearchPlan) and plan.points:
        return plan
    points, checked = kept_points(folder)
    return replace(search_plan(plan).with_points(points), checked=checked)


def _short_names(names: Sequence[str]) -> dict[str, str]:
    """The last part of each lever's path where that distinguishes it from the others, else all of it behind `policy`."""
    last = Counter(name.split(".")[-1] for name in names)
    return {
        name: name.split(".")[-1] if last[name.split(".")[-1]] == 1 else name.removeprefix("policy.") for name in names
    }


def _short(value: Value) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
