"""A design as its author writes it: `DESIGN.toml`, section by section, each setting with its bounds and meaning."""

from __future__ import annotations

from typing import Literal

from sim.quantity import LINE, TEXT, Section, param

Scalar = bool | int | float | str
Method = Literal["none", "grid", "latin_hypercube", "sobol", "saltelli", "morris", "file"]


class FactorSection(Section):
    """One factor: a range (`low`, `high`) or `levels`."""

    low: int | float | None = param(None, unit="as the path", doc="Lower end of the range.")
    high: int | float | None = param(None, unit="as the path", doc="Upper end of the range.")
    levels: tuple[Scalar, ...] = param((), unit="as the path", doc="Values to choose from, instead of a range.")
    log: bool = param(False, unit="", doc="Equal shares of the range are equal ratios.")
    whole: bool = param(False, unit="", doc="Only whole numbers.")
    times: bool = param(False, unit="", doc="Values multiply what the scenario holds at the path.")
    path: str = param("", unit="path", doc="The setting it moves; by default the factor's name.")
    paths: tuple[str, ...] = param((), unit="paths", doc="Several settings that move together.")
    unit: str = param("", unit="", doc="Unit shown in tables and figures.")


class PolicySection(Section):
    """One policy of the design."""

    name: str = param(unit=LINE, doc="Name in tables; the name or file of the policy unless `policy` says otherwise.")
    policy: str = param("", unit="name or file", doc="Policy to load; `as_written` is what the scenario holds.")
    title: str = param("", unit=LINE, doc="Title in reports; by default the policy's own.")
    set: dict[str, Scalar] = param(default={}, unit="path = value", doc="Levers set on top of the policy.")


class SamplingSection(Section):
    """How points of a space of factors are chosen."""

    method: Method = param("none", unit="", doc="How points are chosen.")
    size: int = param(1, unit="points, or blocks of a Saltelli or Morris design", doc="How many.", bounds=(1, 10**6))
    seed: int = param(
        1, unit="", doc="Seed of the choice of points; has nothing to do with the runs' seeds.", bounds=(0, 2**31)
    )
    file: str = param("", unit="file", doc="Table of points (CSV or Parquet) for method `file`.")
    factors: dict[str, FactorSection] = param(default={}, unit="", doc="The factors, by name.")


class FuturesSection(SamplingSection):
    """The futures (uncertainties) that every policy meets."""

    fresh: int = param(
        0,
        unit="points",
        doc="Further futures that nothing is learnt from; every rule is checked on them.",
        bounds=(0, 10**6),
    )


class LeversSection(SamplingSection):
    """Further policies: points of a space of levers on top of one policy."""

    base: str = param("as_written", unit="name or file", doc="The policy whose levers are moved.")


class TargetSection(Section):
    """One target that a policy must meet to satisfice, or one constraint of an optimisation."""

    kpi: str = param(unit="KPI", doc="The KPI.")
    at_least: int | float | None = param(None, unit="as the KPI", doc="Least value.")
    at_most: int | float | None = param(None, unit="as the KPI", doc="Greatest value.")


class OutputsSection(Section):
    """What is kept of every run."""

    kpis: tuple[str, ...] = param((), unit="KPIs", doc="KPIs that are kept; all when empty.")
    weekly: bool = param(False, unit="", doc="Keep KPIs week by week.")
    by: bool = param(False, unit="", doc="Keep KPIs by territory, segment and offer.")


class DecideSection(Section):
    """What the batch is to decide."""

    kpi: str = param("contribution", unit="KPI", doc="The KPI that policies are judged by.")
    baseline: str = param("", unit="policy", doc="The policy that others are compared with; by default the first.")


class OptimiseSection(Section):
    """Search among the levers for the best trade-offs between several KPIs."""

    objectives: tuple[str, ...] = param(unit="KPIs", doc="KPIs to improve together.", length=(1, 6))
    population: int = param(24, unit="points", doc="Points of one generation.", bounds=(4, 10_000))
    generations: int = param(10, unit="", doc="Generations.", bounds=(1, 10_000))
    seed: int = param(1, unit="", doc="Seed of the search.", bounds=(0, 2**31))
    check_replications: int | None = param(
        None,
        unit="runs",
        doc="Further replications in which the front is checked at the end, in fresh futures where there are any; by default as many as `replications`, 0 checks nothing.",
        bounds=(0, 10**6),
    )


class DesignSection(Section):
    """A whole design."""

    title: str = param("", unit=LINE, doc="Title of the report.")
    question: str = param("", unit=TEXT, doc="The question that the batch answers.")
    scenario: str = param("", unit="name, file or folder", doc="The market.")
    scenarios: tuple[str, ...] = param((), unit="", doc="Several markets, instead of `scenario`.")
    seed: int | None = param(
        None, unit="", doc="Seed of the first replication; by default the scenario's.", bounds=(0, 2**63 - 1)
    )
    replications: int = param(1, unit="runs", doc="Runs of every policy in every future.", bounds=(1, 10**6))
    weeks: int | tuple[int, ...] | None = param(
        None, unit="weeks", doc="Horizon, or several; by default the scenario's.", bounds=(1, 5200)
    )
    timeout: float | None = param(None, unit="seconds", doc="Longest time of a run.", bounds=(0.1, 10**6))
    outputs: OutputsSection = param(default=OutputsSection(), unit="", doc="What is kept.")
    set: dict[str, Scalar] = param(default={}, unit="path = value", doc="Settings of all runs.")
    policy: tuple[PolicySection, ...] = param((), unit="", doc="The policies.")
    levers: LeversSection | None = param(None, unit="", doc="Further policies from a space of levers.")
    futures: FuturesSection = param(default=FuturesSection(), unit="", doc="The futures.")
    target: tuple[TargetSection, ...] = param((), unit="", doc="Targets that a policy must meet.")
    decide: DecideSection = param(default=DecideSection(), unit="", doc="What is decided.")
    optimise: OptimiseSection | None = param(None, unit="", doc="Search among the levers.")
