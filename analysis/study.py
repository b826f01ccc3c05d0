"""A study: several policies on one scenario under the same seeds, as long tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.errors import StudyError

RUNS = ("policy", "seed", "kpi", "value")
RUNS_WEEKLY = ("policy", "seed", "week", "kpi", "value")
RUNS_BY = ("policy", "seed", "dimension", "level", "kpi", "value")
DEFINITIONS = ("kpi", "label", "kpi_class", "unit", "direction", "formula")
ASSUMPTIONS = ("path", "value", "unit", "source", "doc")

#: Classes of KPIs in the order in which they are shown, with their headings. ``books`` holds the
#: components of contribution and is shown as a waterfall, not as a score.
KPI_CLASSES = {
    "financial": "Financial",
    "growth": "Customer growth",
    "satisfaction": "Customer satisfaction",
    "management": "Management",
    "distributor": "Distributors",
}
BOOKS = "books"
DIRECTIONS = ("up", "down", "none")


def empty(columns: Sequence[str]) -> pd.DataFrame:
    """An empty table with ``columns``: a study that was not cut this way."""
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True)
class PolicyLabel:
    """How a policy is presented to readers; ``upper_bound``: an oracle is among its rules, and the title says so."""

    title: str
    description: str = ""
    upper_bound: bool = False


@dataclass(frozen=True)
class Provenance:
    """Where results come from, enough to reproduce them.

    ``seeds`` are the replications, shared by all policies; ``versions`` maps package to version;
    ``commands`` are the shell lines that reproduce the results; ``notes`` are warnings for the
    reader (runs that failed, data that did not fit).
    """

    scenario: str
    weeks: int
    seeds: tuple[int, ...]
    scenario_title: str = ""
    scenario_digest: str = ""
    currency: str = "EUR"
    versions: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The scenario's title, or its name when it has none."""
        return self.scenario_title or self.scenario

    @property
    def replications(self) -> int:
        """Number of seeds, which is the number of pairs."""
        return len(self.seeds)


@dataclass(frozen=True)
class Study:
    """Several policies on one scenario under the same seeds.

    Tables are long: ``runs`` (policy, seed, kpi, value), ``runs_weekly`` (… week …), ``runs_by``
    (… dimension, level …), ``definitions`` (kpi, label, kpi_class, unit, direction, formula) and
    ``assumptions`` (path, value, unit, source, doc). Refuses with :class:`StudyError` what cannot
    be compared; missing pairs are found when the tables are paired (:mod:`analysis.paired`).
    """

    question: str
    baseline: str
    policies: Mapping[str, PolicyLabel]
    runs: pd.DataFrame
    definitions: pd.DataFrame
    meta: Provenance
    runs_weekly: pd.DataFrame = field(default_factory=lambda: empty(RUNS_WEEKLY))
    runs_by: pd.DataFrame = field(default_factory=lambda: empty(RUNS_BY))
    assumptions: pd.DataFrame = field(default_factory=lambda: empty(ASSUMPTIONS))

    def __post_init__(self) -> None:
        for name, columns in (
            ("runs", RUNS),
            ("runs_weekly", RUNS_WEEKLY),
            ("runs_by", RUNS_BY),
            ("definitions", DEFINITIONS),
            ("assumptions", ASSUMPTIONS),
        ):
            check_columns(getattr(self, name), columns, name)
        if self.runs.empty:
            raise StudyError("runs", "at least one run is expected, the table is empty", "Run the policies first.")
        if self.baseline not in self.policies:
            raise StudyError("baseline", f"'{self.baseline}' is not among {sorted(self.policies)}", "Name one of them.")
        if len(self.policies) < 2:
            raise StudyError("policies", "a comparison needs a policy in addition to the baseline", "Add a policy.")
        check_definitions(self.definitions)
        ran = {int(s) for s in self.runs["seed"].unique()}
        if ran != set(self.meta.seeds):
            odd = sorted(ran ^ set(self.meta.seeds))
            raise StudyError(
                "runs, column seed",
                f"seeds {odd} are in only one of `runs` and `meta.seeds`",
                "Name exactly the seeds that ran.",
            )
        for name in ("runs", "runs_weekly", "runs_by"):
            self._check_names(getattr(self, name), name)

    def _check_names(self, table: pd.DataFrame, name: str) -> None:
        unknown = set(table["policy"].unique()) - set(self.policies)
        if unknown:
            raise StudyError(f"{name}, column policy", f"no title for {sorted(unknown)}", "List them in `policies`.")
        undefined = set(table["kpi"].unique()) - set(self.definitions["kpi"])
        if undefined:
            raise StudyError(
                f"{name}, column kpi", f"no definition of {sorted(undefined)}", "Add rows to `definitions`."
            )

    @property
    def challengers(self) -> tuple[str, ...]:
        """The policies other than the baseline, in the order given."""
        return tuple(p for p in self.policies if p != self.baseline)

    def title(self, policy: str) -> str:
        """What readers call ``policy``."""
        return self.policies[policy].title or policy


def check_columns(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse ``table`` when one of ``columns`` is missing."""
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise StudyError(name, f"columns {', '.join(missing)} are missing", f"Expected: {', '.join(columns)}.")


def check_definitions(definitions: pd.DataFrame) -> None:
    """Refuse definitions that name a KPI twice or give a direction other than up, down, none."""
    twice = definitions.loc[definitions["kpi"].duplicated(), "kpi"].tolist()
    if twice:
        raise StudyError("definitions", f"defined more than once: {', '.join(twice)}", "Keep one row per KPI.")
    wrong = definitions.loc[~definitions["direction"].isin(DIRECTIONS)]
    if not wrong.empty:
        row = wrong.iloc[0]
        raise StudyError(
            f"definitions, KPI {row['kpi']}", f"direction '{row['direction']}' is unknown", "Use up, down or none."
        )
