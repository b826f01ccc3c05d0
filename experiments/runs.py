"""A run to be done (one market, one policy, one seed) and what it gives: tables, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal

from typing_extensions import TypeVar

if TYPE_CHECKING:
    import pandas as pd

#: Name that stands for the policies written in the scenario itself, without any overlay.
AS_WRITTEN = "as_written"


@dataclass(frozen=True)
class Job:
    """One run: ``label`` is what tables call the policy, ``policy`` what to load, ``identity`` what makes it unique.

    ``digest`` is that of the resolved scenario; a worker that finds another one (the file was edited
    meanwhile) refuses to run. The policy never enters the seed, so all policies meet the same luck.
    """

    scenario: str
    label: str
    policy: str
    seed: int
    digest: str
    identity: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    weeks: int | None = None

    @property
    def name(self) -> str:
        """The run in words."""
        return f"{self.label}, seed {self.seed}"

    @property
    def replay(self) -> str:
        """The command that repeats this run alone."""
        parts = ["deepmarket run", quoted(self.scenario)]
        if self.policy != AS_WRITTEN:
            parts.append(f"--policy {quoted(self.policy)}")
        parts.append(f"--seed {self.seed}")
        if self.weeks is not None:
            parts.append(f"--weeks {self.weeks}")
        return " ".join([*parts, *(f"--set {quoted(f'{path}={value}')}" for path, value in self.overrides.items())])


@dataclass(frozen=True)
class RunTables:
    """What one run gives: ``kpis`` (kpi, value), ``weekly`` (week, kpi, value), ``by`` (dimension, level, kpi, value).

    ``definitions`` and ``assumptions`` are those of ``market.results``; ``seconds`` is the time the run took.
    """

    kpis: pd.DataFrame
    weekly: pd.DataFrame
    by: pd.DataFrame
    definitions: pd.DataFrame
    assumptions: pd.DataFrame
    seconds: float


#: What is done and what comes out, by default a comparison's.
JobT = TypeVar("JobT", default=Job)
OutT = TypeVar("OutT", default=RunTables)
FailureKind = Literal["error", "timeout", "crashed"]


@dataclass(frozen=True)
class Done(Generic[JobT, OutT]):
    """A run that ended well."""

    job: JobT
    tables: OutT


@dataclass(frozen=True)
class Failed(Generic[JobT]):
    """A run that raised an error, took too long ("timeout"), or whose worker died every time it was tried ("crashed")."""

    job: JobT
    kind: FailureKind
    message: str
    traceback: str = ""

    def line(self) -> str:
        """The failure on one line, with the command that repeats it."""
        return f"{self.job.name}: {self.message} (repeat: {self.job.replay})"  # type: ignore[attr-defined]


Result = Done[Job, RunTables] | Failed[Job]


def quoted(text: str) -> str:
    """``text`` as a shell takes it."""
    import shlex

    return shlex.quote(text)
