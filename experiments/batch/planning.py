"""Planning a batch: the design's policies, futures and runs, checked against the market before the first run starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.factor import Factor
from analysis.study import PolicyLabel
from experiments.batch.checking import check_factors, check_kpis, check_levers, load, stored_values
from experiments.batch.futures_file import futures_from_file
from experiments.batch.reading import Design, factors_of
from experiments.batch.run import Base, Kept, Run, identify
from experiments.batch.sampling import draw_futures
from experiments.batch.settings import Settings
from experiments.planning import policy_words
from sim.errors import InputError, InputErrors

#: Designs whose futures come in blocks that a failed run spoils and another block replaces.
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
                    int(row["future"]),
                    weeks,
                    replication,
                    seed,
                    tuple(settings.items()),
                    self.kept,
                    identify(base, settings, weeks, seed, self.kept),
                    self.design.content.timeout,
                )

    def with_blocks(self, more: int) -> BatchPlan:
        """This plan with ``more`` further blocks of its Saltelli or Morris design behind the others."""
        if more == 0:
            return self
        from dataclasses import replace

        space = self.design.content.futures
        drawn = [factor for factor in self.factors if factor.name != "scenario"]
        added = draw_futures(space.method, drawn, more, space.seed, first=int(self.futures["block"].max()) + 1)
        added.insert(0, "role", "study")
        added.index = pd.RangeIndex(len(self.futures), len(self.futures) + len(added), name="future")
        return replace(self, futures=pd.concat([self.futures, added]))


def plan_batch(design: Design) -> BatchPlan:
    """Make a design ready. Raises :class:`InputErrors` with all mistakes that show without running anything."""
    content = design.content
    factors = factors_of(content.futures.factors)
    futures, factors = _futures(design, factors)
    kept = _kept(design)
    policies = _policies(design)
    bases: dict[tuple[str, str], Base] = {}
    mistakes: list[InputError] = check_kpis(design)
    first = None
    for name in design.scenarios:
        located = design.located(name)
        for policy in policies:
            settings = {**content.set, **policy.levers}
            try:
                loaded = load(located, policy.loads, settings)
            except InputErrors as errors:
                told = {str(known) for known in mistakes}
                mistakes += [error for error in errors.errors if str(error) not in told]
                continue
            first = first or loaded
            bases[located, policy.name] = Base(located, policy.loads, tuple(settings.items()), loaded.digest)
    if mistakes or first is None:
        raise InputErrors(mistakes)
    stored = {
        located: stored_values(located, bases[located, policies[0].name])
        for located in map(design.located, design.scenarios)
    }
    settings_ = Settings.of_design(design, factors, stored)
    check_factors(design, factors, settings_, bases, policies[0].name)
    if content.optimise is not None and content.levers is not None:
        check_levers(design, factors_of(content.levers.factors), bases)
    horizons = tuple(first.weeks if weeks is None else weeks for weeks in design.horizons)
    seed = first.seed if content.seed is None else content.seed
    return BatchPlan(design, policies, futures, factors, bases, horizons, seed, kept, settings_, first.world.currency)


def _kept(design: Design) -> Kept:
    """What is kept; the key figures that the design judges by are never left out."""
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
        # Sobol points go on behind those of the study; a Latin hypercube is drawn anew.
        goes_on = space.method == "sobol"
        fresh = draw_futures(
            space.method,
            factors,
            space.fresh,
            space.seed if goes_on else space.seed + _FRESH,
            first=space.size if goes_on else 0,
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
        return futures_from_file(design.folder / space.file, factors or None)
    return draw_futures(space.method, factors, space.size, space.seed)


def lever_points(design: Design, table: pd.DataFrame) -> list[Policy]:
    """A policy for each row of ``table``, named by what it sets."""
    space = design.content.levers
    assert space is not None
    factors = {factor.name: factor for factor in factors_of(space.factors)}
    found = []
    for row in table.drop(columns=["role", "block", "step"], errors="ignore").to_dict(orient="records"):
        levers = {
            path: value
            for name, value in row.items()
            for path in (factors[str(name)].paths if str(name) in factors else (str(name),))
        }
        told = ", ".join(f"{str(name).removeprefix('policy.')}={_short(value)}" for name, value in row.items())
        found.append(Policy(f"{Path(space.base).stem} ({told})", design.located(space.base), levers, PolicyLabel("")))
    return found


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _worded(policy: Policy, design: Design) -> Policy:
    """The policy with title and description from its file, where the design gives none."""
    from dataclasses import replace

    title, description = policy.label.title, ""
    try:
        own, description = policy_words(policy.loads, design.located(design.scenarios[0]))
    except InputErrors:
        return replace(policy, label=PolicyLabel(title or policy.name))  # loading says what is wrong with it
    told = own if policy.name in (policy.loads, Path(policy.loads).stem) and not policy.levers else policy.name
    return replace(policy, label=PolicyLabel(title or told, description))
