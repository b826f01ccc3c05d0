"""Planning a batch: the design's policies, futures and runs, checked against the market before the first run starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.ensemble import DRAWN
from analysis.factor import Factor
from analysis.study import PolicyLabel
from analysis.upper_bounds import titled
from experiments.batch.design_checks import check_factors, check_kpis, check_levers, stored_values
from experiments.batch.design_file import Design, factors_of, is_lever, settings_of
from experiments.batch.future_settings import Settings
from experiments.batch.futures_file import futures_from_file
from experiments.batch.samples import draw_futures
from experiments.policy_words import policy_words
from experiments.runs.identity import identify
from experiments.runs.run import Base, Kept, Run
from experiments.runs.worker import base_of, load
from sim.errors import InputError, InputErrors
from sim.seeds import check_seed

if TYPE_CHECKING:
    from sim.scenario import Scenario

#: Designs whose futures come in blocks that a failed run makes incomplete and another block replaces.
BLOCKS = ("saltelli", "morris")
#: Keeps the seed of fresh futures apart from that of the others.
_FRESH = 1_000_003


@dataclass(frozen=True)
class Policy:
    """One policy of a batch: what to load and what to set on top."""

    name: str
    loads: str
    levers: Mapping[str, Any]
    label: PolicyLabel

    def as_bound(self) -> Policy:
        """The same policy, known to have an oracle among its rules."""
        title = titled(self.label.title or self.name, upper_bound=True)
        return replace(self, label=replace(self.label, title=title, upper_bound=True))


@dataclass(frozen=True)
class BatchPlan:
    """A design made ready: every policy meets every future, scenario and horizon, in ``replications`` runs.

    ``futures`` is indexed by their number, with columns role, block, step and one per factor.
    """

    design: Design
    policies: tuple[Policy, ...]
    futures: pd.DataFrame
    factors: tuple[Factor, ...]
    bases: Mapping[tuple[str, str], Base]
    horizons: tuple[int, ...]
    seed: int
    kept: Kept
    settings: Settings
    currency: str

    @property
    def method(self) -> str:
        """How futures were drawn."""
        return self.design.content.futures.method

    @property
    def baseline(self) -> str:
        """The policy that others are compared with."""
        return self.design.content.decide.baseline or self.policies[0].name

    @property
    def count(self) -> int:
        """How many runs there are."""
        return len(self.futures) * len(self.policies) * len(self.horizons) * self.design.content.replications

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Futures as rows, the number among them."""
        return [
            {"future": number, **{str(name): value for name, value in row.items()}}
            for number, row in zip(self.futures.index.tolist(), self.futures.to_dict(orient="records"), strict=True)
        ]

    def runs(self) -> Iterator[Run]:
        """All runs in the design's order: replications outermost, so that every cell has something early."""
        for replication in range(self.design.content.replications):
            yield from self.of_replication(replication)

    def of_replication(self, replication: int) -> Iterator[Run]:
        """Runs of one replication (from 0), all policies of a future together."""
        seed = self.seed + replication
        scenarios = self.design.scenarios
        for row in self.rows:
            scenario = self.design.located(str(row.get("scenario", scenarios[0])))
            settings = self.settings.of(scenario, row)
            for weeks, policy in product(self.horizons, self.policies):
                base = self.bases[scenario, policy.name]
                yield Run(
                    base,
                    policy.name,
                    seed,
                    identify(base, settings, weeks, seed, self.kept),
                    self.kept,
                    tuple(settings.items()),
                    weeks,
                    int(row["future"]),
                    replication,
                    self.design.content.timeout,
                )

    def with_blocks(self, more: int) -> BatchPlan:
        """This plan with ``more`` further blocks of its Saltelli or Morris design behind the others."""
        if more == 0:
            return self
        space = self.design.content.futures
        drawn = [factor for factor in self.factors if factor.name != "scenario"]
        added = draw_futures(space.method, drawn, more, space.seed, first=int(self.futures["block"].max()) + 1)
        added.insert(0, "role", "study")
        added.index = pd.RangeIndex(len(self.futures), len(self.futures) + len(added), name="future")
        return replace(self, futures=pd.concat([self.futures, added]))


def plan_batch(design: Design) -> BatchPlan:
    """Make a design ready. Raises :class:`InputErrors` with all input errors that show without running anything."""
    content = design.content
    factors = factors_of(content.futures.factors)
    futures, factors = _futures(design, factors)
    kept = _kept(design)
    policies = _policies(design)
    bases: dict[tuple[str, str], Base] = {}
    mistakes: list[InputError] = [*check_kpis(design), *_misnamed(design, policies)]
    bounds: set[str] = set()
    first = None
    loaded_first: dict[str, Scenario] = {}
    for name in design.scenarios:
        located = design.located(name)
        for policy in policies:
            settings = {**content.set, **policy.levers}
            try:
                loaded = load(located, policy.loads, settings)
            except InputErrors as errors:
                known = {str(mistake) for mistake in mistakes}
                found = [placed(design, policy, error) for error in errors.errors]
                mistakes += [error for error in found if str(error) not in known]
                continue
            first = first or loaded
            bounds |= {policy.name} if loaded.oracles else set()
            loaded_first.setdefault(name, loaded)
            bases[located, policy.name] = base_of(located, policy.loads, settings, loaded)
    mistakes += _apart(design, loaded_first)
    if mistakes or first is None:
        raise InputErrors(mistakes)
    policies = tuple(policy.as_bound() if policy.name in bounds else policy for policy in policies)
    stored = {
        located: stored_values(located, bases[located, policies[0].name])
        for located in map(design.located, design.scenarios)
    }
    settings_ = Settings.of_design(design, factors, stored)
    check_factors(design, factors, settings_, bases, policies[0].name)
    if content.optimise is not None and content.levers is not None:
        check_levers(design, factors_of(content.levers.factors), bases)
    horizons = tuple(first.weeks if weeks is None else weeks for weeks in design.horizons)
    checked = content.optimise.check_replications if content.optimise is not None else 0
    runs = content.replications + (content.replications if checked is None else checked)
    seed = check_seed(first.seed if content.seed is None else content.seed, "seed", runs)
    return BatchPlan(design, policies, futures, factors, bases, horizons, seed, kept, settings_, first.world.currency)


def _misnamed(design: Design, policies: tuple[Policy, ...]) -> Iterator[InputError]:
    """Names that do not tell policies apart, and a baseline that is none of them."""
    names = [policy.name for policy in policies]
    for number, name in enumerate(names):
        if name in names[:number]:
            place = ("policy", names.index(name), "name")
            yield design.error(place, f"a point of [levers] is called `{name}` too", "names that tell policies apart")
    baseline = design.content.decide.baseline
    if baseline and baseline not in names:
        yield design.error(("decide", "baseline"), f"`{baseline}` is no policy", f"one of {', '.join(names)}")


def placed(design: Design, policy: Policy, error: InputError) -> InputError:
    """An input error in what the design sets, with its line there; others as they are."""
    content, path = design.content, error.place.removeprefix("--set ").split(", ")[0]
    place: tuple[str | int, ...] = ("set", path)
    listed = [number for number, one in enumerate(content.policy) if one.name == policy.name]
    if path in policy.levers:
        moved = (
            []
            if content.levers is None
            else [n for n, f in content.levers.factors.items() if path in settings_of(n, f)]
        )
        place = (
            ("policy", listed[0], "set", path)
            if listed
            else ("levers", "factors", moved[0])
            if moved
            else ("levers", "file")
        )
    elif path not in content.set:
        return error
    return design.error(place, error.problem, error.expected, error.remedy)


def _apart(design: Design, loaded: Mapping[str, Scenario]) -> Iterator[InputError]:
    """Markets whose results cannot stand in one table."""
    for what, found in (
        ("weeks", {} if design.content.weeks is not None else {name: one.weeks for name, one in loaded.items()}),
        ("currency", {name: one.world.currency for name, one in loaded.items()}),
    ):
        if len(set(found.values())) > 1:
            values = ", ".join(f"{value} in {name}" for name, value in found.items())
            remedy = "write `weeks = …` on top" if what == "weeks" else "write one design for each"
            yield design.error(("scenarios",), f"markets differ in {what}: {values}", f"the same {what} in all", remedy)


def _kept(design: Design) -> Kept:
    """What is kept; the KPIs that the design judges by are always among them."""
    content = design.content
    needed = [content.decide.kpi, *(target.kpi for target in content.target)]
    needed += list(content.optimise.objectives) if content.optimise is not None else []
    kpis = tuple(dict.fromkeys([*content.outputs.kpis, *needed])) if content.outputs.kpis else ()
    return Kept(kpis, content.outputs.weekly, content.outputs.by)


def _futures(design: Design, factors: tuple[Factor, ...]) -> tuple[pd.DataFrame, tuple[Factor, ...]]:
    """Futures by number, for every scenario in turn, and the factors (with the scenario where there are several)."""
    space = design.content.futures
    if space.method == "file":
        study = futures_from_file(design.folder / space.file, factors or None)
        factors = factors or _factors_of_table(study)
    else:
        study = draw_futures(space.method, factors, space.size, space.seed)
    if "role" not in study.columns:
        study.insert(0, "role", "study")
    parts = [study]
    if space.fresh:
        if space.method == "file":
            problem = "futures from a file have their fresh ones in the file"
            raise InputErrors([design.error(("futures", "fresh"), problem, "a column `role` with study and fresh")])
        # Sobol points continue those of the study; a Latin hypercube is drawn again.
        continues = space.method == "sobol"
        fresh = draw_futures(
            space.method,
            factors,
            space.fresh,
            space.seed if continues else space.seed + _FRESH,
            first=space.size if continues else 0,
        )
        fresh.insert(0, "role", "fresh")
        parts.append(fresh)
    futures = pd.concat(parts, ignore_index=True)
    if len(design.scenarios) > 1:
        if space.method in BLOCKS:
            problem = f"method {space.method} with several scenarios"
            raise InputErrors([design.error(("scenarios",), problem, "one scenario", "write one design for each")])
        futures = pd.concat([futures.assign(scenario=name) for name in design.scenarios], ignore_index=True)
        factors = (*factors, Factor("scenario", levels=design.scenarios))
    futures.index.name = "future"
    return futures, factors


def _factors_of_table(futures: pd.DataFrame) -> tuple[Factor, ...]:
    """Factors of a file that the design does not describe: each column with the range or levels found in it."""
    found = []
    for name in (column for column in futures.columns if column not in ("role", "block", "step")):
        values = futures[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values) and values.nunique() > 1:
            found.append(Factor(str(name), float(values.min()), float(values.max()), paths=(str(name),)))
        else:
            found.append(Factor(str(name), levels=tuple(values.unique().tolist()), paths=(str(name),)))
    return tuple(found)


def _policies(design: Design) -> tuple[Policy, ...]:
    """The policies as listed, then those from points of the space of levers."""
    content = design.content
    listed = [
        Policy(policy.name, design.located(policy.policy or policy.name), policy.set, PolicyLabel(policy.title))
        for policy in content.policy
    ]
    if content.levers is not None and content.optimise is None:
        listed += lever_points(design, _lever_table(design))
    if content.levers is not None and not listed:
        base = content.levers.base  # what a search starts from is what it has to beat
        listed = [Policy(Path(base).stem, design.located(base), {}, PolicyLabel(""))]
    return tuple(_worded(policy, design) for policy in listed)


def _lever_table(design: Design) -> pd.DataFrame:
    space = design.content.levers
    assert space is not None
    factors = factors_of(space.factors)
    if space.method == "file":
        table = futures_from_file(design.folder / space.file, factors or None)
        if strangers := [name for name in table.columns if name not in DRAWN and not factors and not is_lever(name)]:
            problem = f"column `{strangers[0]}` is no lever"
            raise InputErrors([design.error(("levers", "file"), problem, "paths that start with `policy.`")])
    else:
        table = draw_futures(space.method, factors, space.size, space.seed)
    # Levels and steps of trajectories come again; one point is one policy.
    return table.drop(columns=list(DRAWN), errors="ignore").drop_duplicates(ignore_index=True)


def lever_points(design: Design, table: pd.DataFrame) -> list[Policy]:
    """A policy for each row of ``table``, named by what it sets."""
    space = design.content.levers
    assert space is not None
    factors = {factor.name: factor for factor in factors_of(space.factors)}
    found = []
    rows = table.drop(columns=list(DRAWN), errors="ignore").to_dict(orient="records")
    for row, name in zip(rows, _names(Path(space.base).stem, rows), strict=True):
        levers = {
            path: value
            for name, value in row.items()
            for path in (factors[str(name)].paths if str(name) in factors else (str(name),))
        }
        found.append(Policy(name, design.located(space.base), levers, PolicyLabel("")))
    return found


def _names(base: str, rows: Sequence[Mapping[Any, Any]]) -> list[str]:
    """Names of lever points by their values, with as many digits as it takes to tell them apart."""
    names: list[str] = []
    for digits in (4, 6, 9, 17):
        names = [f"{base} ({_settings_text(row, digits)})" for row in rows]
        if len(set(names)) == len(names):
            break
    return names


def _settings_text(row: Mapping[Any, Any], digits: int) -> str:
    return ", ".join(f"{str(name).removeprefix('policy.')}={_short(value, digits)}" for name, value in row.items())


def _short(value: Any, digits: int) -> str:
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _worded(policy: Policy, design: Design) -> Policy:
    """The policy with title and description from its file, where the design gives none."""
    title, description = policy.label.title, ""
    try:
        own, description = policy_words(policy.loads, design.located(design.scenarios[0]))
    except InputErrors:
        return replace(policy, label=PolicyLabel(title or policy.name))  # loading says what is wrong with it
    titled_as = own if policy.name in (policy.loads, Path(policy.loads).stem) and not policy.levers else policy.name
    return replace(policy, label=PolicyLabel(title or titled_as, description))
